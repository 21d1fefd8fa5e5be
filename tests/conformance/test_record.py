"""What a bot does: records an alert with its reasons and reads it back."""

import uuid

import grpc
import pytest

from addresses import fresh_address


def alert(**more):
    return {
        "token": {"chain": "solana", "address": fresh_address(), "name": "Test", "symbol": "TST"},
        "entry": {"price_usd": 0.00008138, "liquidity_usd": 256213.77},
        "features": {"final_score": 8, "smart_money_involved": False, "conviction_type": "High Confidence (Strict)"},
        "extra": {"is_new": True, "ratio": 0.25, "tier": "a"},
        **more,
    }


def test_a_recorded_alert_reads_back_as_it_was_sent(tracker):
    sent = alert(alerted_at="2025-10-07T16:20:14.250Z", annotations={"note": "ä"}, tracking_window="86400s")
    recorded = tracker.call("RecordAlert", {"alert": sent})
    assert not recorded.get("duplicate", False)
    answer = tracker.call("GetAlert", {"alert_id": recorded["alert_id"]})
    expected = {**sent, "alert_id": recorded["alert_id"], "decision": "ALERT_DECISION_ALERTED"}
    assert answer["alert"] == expected
    assert answer["outcome"]["status"] == "OUTCOME_STATUS_TRACKING"


def test_unknown_stays_unknown_and_false_stays_false(tracker):
    recorded = tracker.call("RecordAlert", {"alert": alert()})
    features = tracker.call("GetAlert", {"alert_id": recorded["alert_id"]})["alert"]["features"]
    assert features["smart_money_involved"] is False
    assert "lp_locked" not in features


def test_a_retried_alert_is_recorded_once_and_another_under_its_id_is_refused(tracker):
    sent = alert(alert_id=str(uuid.uuid4()))
    assert not tracker.call("RecordAlert", {"alert": sent}).get("duplicate", False)
    assert tracker.call("RecordAlert", {"alert": sent}) == {"alert_id": sent["alert_id"], "duplicate": True}
    with pytest.raises(grpc.RpcError) as refused:
        tracker.call("RecordAlert", {"alert": alert(alert_id=sent["alert_id"])})
    assert refused.value.code() == grpc.StatusCode.ALREADY_EXISTS


def test_pages_follow_one_another_and_belong_to_their_query(tracker):
    revision = f"r-{uuid.uuid4()}"
    ids = {tracker.call("RecordAlert", {"alert": alert(config_revision=revision)})["alert_id"] for _ in range(5)}
    query = {"filter": f'config_revision = "{revision}"', "order_by": "alerted_at", "page_size": 2}
    seen, token, pages = [], "", 0
    while token or not pages:
        page = tracker.call("ListAlerts", {**query, "page_token": token})
        seen += [item["alert"]["alert_id"] for item in page["alerts"]]
        token, pages = page.get("next_page_token", ""), pages + 1
        if pages == 1:
            other = {**query, "filter": "final_score >= 8", "page_token": token}
            with pytest.raises(grpc.RpcError) as refused:
                tracker.call("ListAlerts", other)
            assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert len(seen) == len(ids) and set(seen) == ids


def test_the_analysis_answers_over_the_same_data(tracker, analysis):
    tracker.call("RecordAlert", {"alert": alert()})
    assert analysis.call("Correlate")["cohort"]["pending"] >= 1
