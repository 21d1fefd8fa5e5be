"""What a bot with much to send does: streams it, breaks off, and sends again what was not answered."""

import json
import uuid
from datetime import datetime, timedelta, timezone

import grpc

from addresses import fresh_address
from conftest import as_json


def alert(**more):
    token = {"address": fresh_address(), "symbol": "TST"}
    return {"alert_id": str(uuid.uuid4()), "token": token, "entry": {"price_usd": 0.5}, **more}


def numbered(alerts):
    return [{"sequence": sequence, "alert": alert} for sequence, alert in enumerate(alerts, start=1)]


def test_alerts_are_answered_in_the_order_sent_and_a_bad_one_ends_nothing(tracker):
    requests = numbered(alert() for _ in range(200))
    del requests[99]["alert"]["token"]
    answers = tracker.stream("RecordAlerts", requests)
    assert [answer["sequence"] for answer in answers] == [str(request["sequence"]) for request in requests]
    refused = [answer for answer in answers if "error" in answer]
    assert [answer["sequence"] for answer in refused] == ["100"]
    assert refused[0]["error"]["code"] == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    [bad_request] = [detail for detail in refused[0]["error"]["details"] if "field_violations" in detail]
    assert bad_request["field_violations"][0]["field"] == "alert.token"
    recorded = [answer["alert_id"] for answer in answers if "error" not in answer]
    assert recorded == [r["alert"]["alert_id"] for r in requests if "token" in r["alert"]]
    assert tracker.call("GetAlert", {"alert_id": recorded[-1]})["alert"]["token"]["symbol"] == "TST"


def test_alerts_of_a_stream_that_broke_off_are_sent_again_and_recorded_once(tracker):
    requests = numbered(alert(config_revision="resent") for _ in range(300))
    call = tracker.open("RecordAlerts", requests)
    answered = [as_json(next(call), tracker.pool)["alert_id"] for _ in range(50)]
    call.cancel()
    again = tracker.stream("RecordAlerts", requests)
    assert not any("error" in answer for answer in again)
    assert set(answered) <= {answer["alert_id"] for answer in again if answer.get("duplicate")}
    listed = tracker.call("ListAlerts", {"filter": 'config_revision = "resent"', "page_size": 1000})
    assert len(listed["alerts"]) == len(requests)


def test_prices_of_a_stream_that_broke_off_are_sent_again_and_counted_once(tracker):
    now = datetime.now(timezone.utc).replace(microsecond=0)
    moment = lambda minutes: (now - timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")
    followed = alert(alerted_at=moment(101))
    tracker.call("RecordAlert", {"alert": followed})
    look = {"token": followed["token"], "source": "conformance"}
    prices = [{**look, "observed_at": moment(100 - n), "price_usd": 0.5 + n / 1000} for n in range(90)]
    batches = [
        {"sequence": number, "observations": prices[begin : begin + 3]}
        for number, begin in enumerate(range(0, len(prices), 3), start=1)
    ]
    call = tracker.open("RecordPrices", batches)
    assert [as_json(next(call), tracker.pool)["accepted"] for _ in range(5)] == [3] * 5
    call.cancel()
    again = tracker.stream("RecordPrices", batches)
    assert [answer["sequence"] for answer in again] == [str(batch["sequence"]) for batch in batches]
    assert all(answer["accepted"] == 3 and "rejected" not in answer for answer in again)
    assert all(answer["duplicates"] == 3 for answer in again[:5])
    outcome = tracker.call("GetAlert", {"alert_id": followed["alert_id"]})["outcome"]
    assert outcome["snapshot_count"] == len(prices)


def test_a_shadow_alert_outside_of_the_sample_is_told_so_each_time(sampling_tracker):
    shadows = [alert(decision="ALERT_DECISION_SHADOW", shadow_sample_rate=0.5) for _ in range(64)]
    first = sampling_tracker.stream("RecordAlerts", numbered(shadows))
    kept = {answer["alert_id"] for answer in first if not answer.get("sampled_out")}
    assert 10 < len(kept) < 54
    for shadow in shadows[:16]:
        again = sampling_tracker.call("RecordAlert", {"alert": shadow})
        in_sample = shadow["alert_id"] in kept
        assert (again.get("duplicate", False), again.get("sampled_out", False)) == (in_sample, not in_sample)
    stored = sampling_tracker.call("GetAlert", {"alert_id": next(iter(kept))})["alert"]
    assert stored["shadow_sample_rate"] == 0.25
    assert not sampling_tracker.call("RecordAlert", {"alert": alert()}).get("sampled_out", False)


def test_grpcurl_streams_alerts(addresses, grpcurl):
    messages = "".join(json.dumps(request) for request in numbered([alert(), {"alert_id": "7"}, alert()]))
    streamed = grpcurl("-d", messages, addresses["tracker"], "perftrack.v1.TrackingService/RecordAlerts")
    assert streamed.returncode == 0, streamed.stderr
    decoder, answers, rest = json.JSONDecoder(), [], streamed.stdout.strip()
    while rest:
        answer, end = decoder.raw_decode(rest)
        answers, rest = [*answers, answer], rest[end:].lstrip()
    assert [answer["sequence"] for answer in answers] == ["1", "2", "3"]
    assert [("error" in answer) for answer in answers] == [False, True, False]
