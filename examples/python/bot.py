#!/usr/bin/env python3
"""Record one alert with its reasons, read back what became of it, and bring earlier alerts along.

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
        request, invoke = self._method(method, self.channel.unary_unary)
        return self._fields(invoke(json_format.ParseDict(fields, request()), timeout=timeout))

    def stream(self, method, messages):
        """Sends messages as fast as the tracker takes them, and yields the answers in the same order."""
        request, invoke = self._method(method, self.channel.stream_stream)
        for answer in invoke(json_format.ParseDict(fields, request()) for fields in messages):
            yield self._fields(answer)

    def _method(self, method, kind):
        descriptor = self.service.methods_by_name[method]
        request = GetMessageClass(descriptor.input_type)
        response = GetMessageClass(descriptor.output_type)
        path = f"/{self.SERVICE}/{method}"
        return request, kind(path, request.SerializeToString, response.FromString)

    @staticmethod
    def _fields(message):
        return json_format.MessageToDict(message, preserving_proto_field_name=True)


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

        # Alerts of before, as from the bot's own log. An id made from what it names stays the same: where the stream
        # breaks, run it again, and what was recorded is a duplicate.
        backlog = [
            {
                "alert_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"my-bot/{at}")),
                "token": {"address": "So11111111111111111111111111111111111111112", "symbol": "SOL"},
                "alerted_at": at,
                "tracking_window": "86400s",
                "entry": {"price_usd": price},
            }
            for at, price in [("2025-10-07T16:20:14Z", 221.4), ("2025-10-08T09:02:41Z", 224.9)]
        ]
        requests = ({"sequence": number, "alert": alert} for number, alert in enumerate(backlog, start=1))
        for answer in tracking.stream("RecordAlerts", requests):
            if "error" in answer:
                print(answer["sequence"], answer["error"]["message"], file=sys.stderr)
            else:
                print("brought along", answer["sequence"], "again" if answer.get("duplicate") else "for the first time")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051")
