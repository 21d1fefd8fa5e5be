"""Limits: what is at one is taken, what is one past it is told so, with a code that says whose affair it is."""

import grpc
import pytest

from addresses import fresh_address
from conftest import Service, dev
from test_errors import refusal

MOST_OBSERVATIONS = 5_000
LONGEST_FILTER = 16 * 1024
DEEPEST_NESTING = 64


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A tracker of this file's own, for more than a page of alerts."""
    with dev(tmp_path_factory.mktemp("full")) as addresses:
        yield Service(addresses["tracker"], "perftrack.v1.TrackingService")


def test_a_batch_of_prices_has_a_most(tracker):
    token = {"address": fresh_address()}
    tracker.call("RecordAlert", {"alert": {"token": token}})
    price = {"token": token, "observed_at": "2025-10-07T16:20:14Z", "price_usd": 0.5, "source": "conformance"}
    batches = [
        {"sequence": 1, "observations": [price] * MOST_OBSERVATIONS},
        {"sequence": 2, "observations": [price] * (MOST_OBSERVATIONS + 1)},
        {"sequence": 3, "observations": [price]},
    ]
    at, past, after = tracker.stream("RecordPrices", batches)
    # The same price again is one price.
    assert "error" not in at and not at.get("errors"), at
    assert past["error"]["code"] == grpc.StatusCode.INVALID_ARGUMENT.value[0], past
    assert past["rejected"] == MOST_OBSERVATIONS + 1 and "5000" in past["error"]["message"]
    assert after["sequence"] == "3" and "error" not in after


@pytest.mark.parametrize(
    "filter_of",
    [
        lambda past: "lp_locked" + " " * (LONGEST_FILTER - len("lp_locked") + past),
        lambda past: "(" * (DEEPEST_NESTING + past) + "lp_locked" + ")" * (DEEPEST_NESTING + past),
    ],
    ids=["length", "nesting"],
)
def test_a_filter_has_a_most(tracker, filter_of):
    tracker.call("ListAlerts", {"filter": filter_of(0)})
    code, details = refusal(tracker.call, "ListAlerts", {"filter": filter_of(1)})
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    [violation] = details["google.rpc.BadRequest"].field_violations
    assert violation.field == "filter"


def test_a_page_has_a_most(full):
    requests = [
        {"sequence": index, "alert": {"token": {"address": fresh_address()}, "annotations": {"test": "page"}}}
        for index in range(1_001)
    ]
    answers = full.stream("RecordAlerts", requests)
    assert len(answers) == len(requests) and not any("error" in answer for answer in answers)
    for asked in (1_000, 1_001, 2**31 - 1):
        listed = full.call("ListAlerts", {"page_size": asked})
        assert len(listed["alerts"]) == 1_000 and listed["next_page_token"], asked
