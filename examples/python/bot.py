#!/usr/bin/env python3
"""Record one alert with its reasons, and read back what became of it.

Needs no generated code: the messages come from the server's reflection.

    pip install grpcio grpcio-reflection protobuf
    python3 examples/python/bot.py 127.0.0.1:50051
"""

import sys
import uuid

import grpc
from google.protobuf import json_format
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase


class Tracking:
    """TrackingService, method by method: `tracking.call("GetAlert", alert_id="…")`."""

    SERVICE = "perftrack.v1.TrackingService"

    def __init__(self, channel):
        self.channel = channel
        pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
        self.service = pool.FindServiceByName(self.SERVICE)

    def call(self, method, timeout=5, **fields):
        """One call with fields as in proto JSON. Retries are safe where the request carries its own alert_id."""
        descriptor = self.service.methods_by_name[method]
        request = json_format.ParseDict(fields, GetMessageClass(descriptor.input_type)())
        invoke = self.channel.unary_unary(
            f"/{self.SERVICE}/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=GetMessageClass(descriptor.output_type).FromString,
        )
        return json_format.MessageToDict(invoke(request, timeout=timeout), preserving_proto_field_name=True)


def main(target):
    with grpc.insecure_channel(target) as channel:
        tracking = Tracking(channel)

        # The bot's own id makes a retry safe: the same alert sent again is a duplicate, not a second alert.
        alert_id = str(uuid.uuid4())
        alert = {
            "alert_id": alert_id,
            "token": {
                "address": "So11111111111111111111111111111111111111112",
                "symbol": "SOL",
                "name": "Wrapped SOL",
            },
            "entry": {"price_usd": 142.5, "liquidity_usd": 48_000, "market_cap_usd": 310_000},
            # Leave out what is not known: unknown is not false.
            "features": {
                "preliminary_score": 5,
                "final_score": 8,
                "conviction_type": "High Confidence (Smart Money)",
                "smart_money_involved": True,
                "velocity_score_15m": 7,
                "lp_locked": True,
                "top10_concentration": 18.4,
                "dex_name": "raydium",
                "feed_source": "cielo",
            },
            # Features of the bot's own are analysed like the built-in ones.
            "extra": {"twitter_mentions": 17, "is_ascii_symbol": True},
        }
        print(tracking.call("RecordAlert", alert=alert))
        print(tracking.call("RecordAlert", alert=alert))

        seen = tracking.call("GetAlert", alert_id=alert_id)
        print(seen["alert"]["token"]["symbol"], seen["outcome"]["status"], seen["alert"]["features"]["final_score"])


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051")
