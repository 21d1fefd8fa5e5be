"""What somebody does who wants to hear of events: watches, breaks off, and goes on where they were."""

import json
import subprocess
import uuid

import grpc
import pytest

from test_record import alert


def recorded(tracker, **more):
    return tracker.call("RecordAlert", {"alert": alert(**more)})["alert_id"]


def test_events_are_told_once_across_a_disconnect(tracker):
    revision = f"r-{uuid.uuid4()}"
    request = {"filter": f'config_revision = "{revision}"', "types": ["EVENT_TYPE_ALERT_RECORDED"]}
    call, answers = tracker.listen("WatchEvents", request)
    first = next(answers)
    assert "event" not in first and first["cursor"]
    ids = [recorded(tracker, config_revision=revision) for _ in range(3)]
    recorded(tracker, config_revision="another")
    seen, cursor = [], first["cursor"]
    for answer in answers:
        cursor = answer["cursor"]
        seen.append(answer["event"]["alert_id"])
        if len(seen) == 2:
            break
    call.cancel()
    ids.append(recorded(tracker, config_revision=revision))
    call, answers = tracker.listen("WatchEvents", {**request, "cursor": cursor})
    while len(seen) < len(ids):
        answer = next(answers)
        if "event" in answer:
            assert answer["event"]["type"] == "EVENT_TYPE_ALERT_RECORDED"
            assert answer["event"]["token"]["symbol"] == "TST"
            seen.append(answer["event"]["alert_id"])
    call.cancel()
    assert seen == ids


def test_a_wrong_request_to_watch_is_refused_with_all_that_is_wrong(tracker):
    _, answers = tracker.listen("WatchEvents", {"cursor": "x", "filter": "final_score >="})
    with pytest.raises(grpc.RpcError) as refused:
        next(answers)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "filter" in refused.value.details() and "cursor" in refused.value.details()


def test_grpcurl_watches(addresses, tracker, grpcurl_program):
    call, answers = tracker.listen("WatchEvents")
    cursor = next(answers)["cursor"]
    call.cancel()
    alert_id = recorded(tracker)
    command = [grpcurl_program, "-plaintext", "-d", json.dumps({"cursor": cursor})]
    command += [addresses["tracker"], "perftrack.v1.TrackingService/WatchEvents"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        try:
            assert any(alert_id in line for line in watching.stdout)
        finally:
            watching.kill()


def test_a_deleted_alert_is_not_there(tracker):
    alert_id = recorded(tracker)
    tracker.call("DeleteAlert", {"alert_id": alert_id})
    for method in ("GetAlert", "DeleteAlert"):
        with pytest.raises(grpc.RpcError) as refused:
            tracker.call(method, {"alert_id": alert_id})
        assert refused.value.code() == grpc.StatusCode.NOT_FOUND


def test_a_config_is_recorded_and_listed(tracker):
    config = {"revision": f"r-{uuid.uuid4()}", "values": {"GENERAL_CYCLE_MIN_SCORE": "9"}}
    tracker.call("RecordConfig", config)
    tracker.call("RecordConfig", config)
    latest = tracker.call("ListConfigs")["configs"][0]
    assert {key: latest[key] for key in config} == config and latest["effective_at"]
    with pytest.raises(grpc.RpcError) as refused:
        tracker.call("RecordConfig", {**config, "values": {"GENERAL_CYCLE_MIN_SCORE": "8"}})
    assert refused.value.code() == grpc.StatusCode.ALREADY_EXISTS
