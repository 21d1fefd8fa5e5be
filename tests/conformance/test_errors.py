"""What bad input gets: every violation at once, with standard codes and stable reasons."""

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from addresses import fresh_address

DETAILS = {
    "google.rpc.BadRequest": error_details_pb2.BadRequest,
    "google.rpc.ErrorInfo": error_details_pb2.ErrorInfo,
    "google.rpc.ResourceInfo": error_details_pb2.ResourceInfo,
    "google.rpc.RetryInfo": error_details_pb2.RetryInfo,
}


def refusal(call, *arguments, **options):
    """The code of a refused call, and its details by their type."""
    with pytest.raises(grpc.RpcError) as refused:
        call(*arguments, **options)
    details = {}
    for packed in rpc_status.from_call(refused.value).details:
        name = packed.type_url.rsplit("/", 1)[-1]
        details[name] = DETAILS[name].FromString(packed.value)
    return refused.value.code(), details


def test_all_violations_come_at_once(tracker):
    alert = {
        "alert_id": "7",
        "token": {"address": "z" * 44, "name": "a\0b"},
        "alerted_at": "2019-12-31T23:59:59Z",
        "entry": {"price_usd": "NaN", "liquidity_usd": -1},
        "features": {"top10_concentration": 100.5},
        "extra": {"Upper": True, "list": [1]},
    }
    code, details = refusal(tracker.call, "RecordAlert", {"alert": alert})
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    info = details["google.rpc.ErrorInfo"]
    assert (info.reason, info.domain) == ("INVALID_REQUEST", "perftrack.v1")
    violations = details["google.rpc.BadRequest"].field_violations
    assert {violation.field for violation in violations} == {
        "alert.alert_id",
        "alert.token.address",
        "alert.token.name",
        "alert.alerted_at",
        "alert.entry.price_usd",
        "alert.entry.liquidity_usd",
        "alert.features.top10_concentration",
        "alert.extra",
        "alert.extra.list",
    }
    assert all(violation.description for violation in violations)


def test_an_empty_message_is_refused(tracker):
    code, details = refusal(tracker.call, "RecordAlert")
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert [violation.field for violation in details["google.rpc.BadRequest"].field_violations] == ["alert"]


def test_an_unknown_filter_field_is_named_with_the_nearest(tracker):
    code, details = refusal(tracker.call, "ListAlerts", {"filter": "finalscore >= 8"})
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    [violation] = details["google.rpc.BadRequest"].field_violations
    assert violation.field == "filter"
    assert "finalscore" in violation.description and "final_score" in violation.description


def test_a_missing_alert_is_not_found(tracker):
    missing = "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a"
    code, details = refusal(tracker.call, "GetAlert", {"alert_id": missing})
    assert code == grpc.StatusCode.NOT_FOUND
    assert details["google.rpc.ResourceInfo"].resource_name == missing


def test_a_bad_price_is_answered_and_skipped(tracker):
    token = {"address": fresh_address()}
    tracker.call("RecordAlert", {"alert": {"token": token}})
    good = {
        "token": token,
        "observed_at": "2025-10-07T16:20:14Z",
        "price_usd": 0.5,
        "source": "conformance",
    }
    batches = [{"sequence": 1, "observations": [{**good, "price_usd": "NaN"}, good]}, {"sequence": 2}]
    first, second = tracker.stream("RecordPrices", batches)
    assert (first["accepted"], first["rejected"]) == (1, 1)
    [error] = first["errors"]
    assert error.get("index", 0) == 0 and error["status"]["code"] == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert second["sequence"] == "2"


def test_a_price_of_a_token_that_was_never_alerted_says_so(tracker):
    price = {
        "token": {"address": fresh_address()},
        "observed_at": "2025-10-07T16:20:14Z",
        "price_usd": 0.5,
        "source": "conformance",
    }
    [answer] = tracker.stream("RecordPrices", [{"sequence": 1, "observations": [price]}])
    [error] = answer["errors"]
    assert error["status"]["code"] == grpc.StatusCode.FAILED_PRECONDITION.value[0]
