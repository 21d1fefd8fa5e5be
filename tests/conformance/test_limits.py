"""Limits: what is at one is taken, what is one past it is told so, with a code that says whose affair it is."""

import datetime
import uuid

import grpc
import pytest

from addresses import fresh_address
from conftest import Service, dev
from test_errors import refusal

MOST_OBSERVATIONS = 5_000
LONGEST_FILTER = 16 * 1024
DEEPEST_NESTING = 64
# Whose list, how many of it are a page at the most.
PAGES = [("ListAlerts", "alerts", 1_000), ("ListPrices", "observations", 10_000), ("ListConfigs", "configs", 100)]


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A tracker of this file's own, with more than a page of alerts, prices and configs; and the alert of the prices."""
    with dev(tmp_path_factory.mktemp("full")) as addresses:
        tracker = Service(addresses["tracker"], "perftrack.v1.TrackingService")
        alerts = [{"sequence": n, "alert": {"token": {"address": fresh_address()}}} for n in range(1_000)]
        answers = tracker.stream("RecordAlerts", alerts)
        assert not any("error" in answer for answer in answers)
        token, start = {"address": fresh_address()}, datetime.datetime(2025, 10, 7, tzinfo=datetime.timezone.utc)
        followed = {"token": token, "alerted_at": start.isoformat()}
        alert_id = tracker.call("RecordAlert", {"alert": followed})["alert_id"]
        prices = [
            {"token": token, "observed_at": moment.isoformat(), "price_usd": 0.5, "source": "conformance"}
            for moment in (start + datetime.timedelta(seconds=n) for n in range(10_001))
        ]
        batches = [prices[n : n + MOST_OBSERVATIONS] for n in range(0, len(prices), MOST_OBSERVATIONS)]
        requests = [{"sequence": n, "observations": batch} for n, batch in enumerate(batches)]
        answers = tracker.stream("RecordPrices", requests, timeout=60)
        assert sum(answer["accepted"] for answer in answers) == len(prices)
        for n in range(101):
            tracker.call("RecordConfig", {"revision": f"r{n}", "values": {"A": str(n)}})
        yield tracker, alert_id


@pytest.mark.parametrize("method, items, most", PAGES, ids=[page[0] for page in PAGES])
def test_a_page_has_a_most(full, method, items, most):
    tracker, alert_id = full
    of = {"alert_id": alert_id} if method == "ListPrices" else {}
    for asked in (most, most + 1, 2**31 - 1):
        listed = tracker.call(method, {**of, "page_size": asked})
        assert len(listed[items]) == most and listed["next_page_token"], asked
    rest = tracker.call(method, {**of, "page_size": most, "page_token": listed["next_page_token"]})
    assert len(rest[items]) == 1 and "next_page_token" not in rest
    # Of configs and alerts fewer are the usual page; none is asked for with less than nothing.
    assert len(tracker.call(method, of)[items]) == {"ListAlerts": 100, "ListPrices": 1_000, "ListConfigs": 20}[method]
    is_refused(tracker, method, {**of, "page_size": -1}, "page_size")


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


FILTERED = ["ListAlerts", "GetPerformance", "WatchEvents", "RelabelOutcomes", "Correlate", "DiscoverPatterns", "ListPerformers"]
FILTERS = {
    "length": lambda past: "lp_locked" + " " * (LONGEST_FILTER - len("lp_locked") + past),
    "nesting": lambda past: "(" * (DEEPEST_NESTING + past) + "lp_locked" + ")" * (DEEPEST_NESTING + past),
}


@pytest.mark.parametrize("filter_of", FILTERS.values(), ids=FILTERS.keys())
@pytest.mark.parametrize("method", FILTERED)
def test_a_filter_has_a_most(tracker, analysis, method, filter_of):
    service = tracker if method in tracker.descriptor.methods_by_name else analysis
    is_taken(service, method, {"filter": filter_of(0)})
    is_refused(service, method, {"filter": filter_of(1)}, "filter")


def test_every_request_with_a_filter_or_a_page_is_tried(tracker, analysis):
    methods = [method for service in (tracker, analysis) for method in service.descriptor.methods]
    having = lambda field: {method.name for method in methods if field in method.input_type.fields_by_name}
    assert having("filter") == set(FILTERED)
    # The ledger is filled by the data alone: tests/it/limits.rs fills it.
    assert having("page_size") == {page[0] for page in PAGES} | {"ListRecommendations"}


FIELDS = ["dex_name", "feed_source", "conviction_type", "lp_locked", "mint_revoked", "final_score", "velocity_bonus", "passed_debate"]


def alert(**parts):
    return {"alert": {"token": {"address": fresh_address(), **parts.pop("token", {})}, **parts}}


def config(values):
    return {"revision": str(uuid.uuid4()), "values": values}


# Method, the field that is told of, the request at the limit, and the one past it.
EDGES = {
    "fields to group by": ("GetPerformance", "group_by", lambda past: {"group_by": FIELDS[: 3 + past]}),
    "fields to order by": ("ListAlerts", "order_by", lambda past: {"order_by": ", ".join([*FIELDS, "is_rug"][: 8 + past])}),
    "performers": ("ListPerformers", "count", lambda past: {"count": 100 + past}),
    "patterns": ("DiscoverPatterns", "count", lambda past: {"count": 100 + past}),
    "conditions": ("DiscoverPatterns", "max_conditions", lambda past: {"max_conditions": 3 + past}),
    "keys of a config": ("RecordConfig", "values", lambda past: config({f"K{n}": "v" for n in range(2_000 + past)})),
    "a key's name": ("RecordConfig", 'values["KKK', lambda past: config({"K" * (256 + past): "v"})),
    "a config's value": ("RecordConfig", 'values["K"]', lambda past: config({"K": "v" * (16 * 1024 + past)})),
    "a revision": ("RecordAlert", "alert.config_revision", lambda past: alert(config_revision="r" * (128 + past))),
    "a token's name": ("RecordAlert", "alert.token.name", lambda past: alert(token={"name": "n" * (256 + past)})),
    "a token's symbol": ("RecordAlert", "alert.token.symbol", lambda past: alert(token={"symbol": "s" * (64 + past)})),
    "own features": ("RecordAlert", "alert.extra", lambda past: alert(extra={f"f{n}": n for n in range(64 + past)})),
}


@pytest.mark.parametrize("method, field, request_of", EDGES.values(), ids=EDGES.keys())
def test_what_is_counted_has_a_most(tracker, analysis, method, field, request_of):
    service = tracker if method in tracker.descriptor.methods_by_name else analysis
    is_taken(service, method, request_of(0))
    is_refused(service, method, request_of(1), field)


def is_taken(service, method, request):
    """It is answered, or, where answers come when something happens, not refused before that."""
    if not service.descriptor.methods_by_name[method].server_streaming:
        service.call(method, request)
        return
    call, answers = service.listen(method, request)
    if method == "WatchEvents":
        # Good requests are answered with headers at once.
        call.initial_metadata()
        call.cancel()
    else:
        list(answers)


def is_refused(service, method, request, field):
    """As the caller's own affair, by the name of the field."""

    def call():
        if service.descriptor.methods_by_name[method].server_streaming:
            return list(service.listen(method, request)[1])
        return service.call(method, request)

    code, details = refusal(call)
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    [violation] = details["google.rpc.BadRequest"].field_violations
    assert violation.field.startswith(field), violation
