"""What an operator does: asks what is served, whether it is well, and what the messages mean."""

import json

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from addresses import fresh_address

SERVICES = {"tracker": "perftrack.v1.TrackingService", "analysis": "perftrack.v1.AnalysisService"}


@pytest.mark.parametrize("server", SERVICES)
def test_health_is_serving_for_every_service(addresses, server):
    with grpc.insecure_channel(addresses[server]) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for service in ("", SERVICES[server]):
            for answer in health.Watch(health_pb2.HealthCheckRequest(service=service), timeout=20):
                if answer.status == health_pb2.HealthCheckResponse.SERVING:
                    break


def test_reflection_lists_what_is_served_and_brings_the_comments(tracker, analysis):
    own = {"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"}
    assert set(tracker.database.get_services()) == {SERVICES["tracker"]} | own
    assert set(analysis.database.get_services()) == {SERVICES["analysis"]} | own
    comments = [at.leading_comments for at in tracker.file("perftrack/v1/alert.proto").source_code_info.location]
    assert any("why" in comment.lower() for comment in comments)
    assert tracker.pool.FindMessageTypeByName("google.rpc.BadRequest").fields_by_name["field_violations"]


def test_grpcurl_lists_and_describes(addresses, grpcurl):
    listed = grpcurl(addresses["tracker"], "list")
    assert SERVICES["tracker"] in listed.stdout.split(), listed.stderr
    described = grpcurl(addresses["tracker"], "describe", "perftrack.v1.Alert")
    assert "// What was alerted." in described.stdout, described.stderr


def test_grpcurl_records_an_alert_and_reads_it_back(addresses, grpcurl):
    tracker = addresses["tracker"]
    address = fresh_address()
    alert = {"token": {"address": address}, "features": {"final_score": 9, "lp_locked": True}}
    recorded = grpcurl("-d", json.dumps({"alert": alert}), tracker, f"{SERVICES['tracker']}/RecordAlert")
    alert_id = json.loads(recorded.stdout)["alertId"]
    read = grpcurl("-d", json.dumps({"alert_id": alert_id}), tracker, f"{SERVICES['tracker']}/GetAlert")
    read = json.loads(read.stdout)["alert"]
    assert read["token"]["address"] == address
    assert read["features"] == {"finalScore": 9, "lpLocked": True}


def test_grpcurl_shows_what_is_wrong(addresses, grpcurl):
    refused = grpcurl("-d", "{}", addresses["tracker"], f"{SERVICES['tracker']}/RecordAlert")
    assert refused.returncode != 0
    for part in ("InvalidArgument", "google.rpc.BadRequest", "INVALID_REQUEST"):
        assert part in refused.stderr, refused.stderr
