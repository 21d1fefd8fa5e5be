"""What an operator asks the analysis, from a client that knows the contract by reflection alone."""

import grpc
import pytest


def test_each_question_names_the_revision_that_its_answer_rests_on(analysis):
    for method, request in [
        ("Correlate", {}),
        ("DiscoverPatterns", {"max_conditions": 2}),
        ("Simulate", {"set": {"MIN_LIQUIDITY_USD": "20000"}}),
        ("Recommend", {}),
    ]:
        answer = analysis.call(method, request)
        assert answer["revision"]["id"], method


def test_the_same_question_on_the_same_revision_has_the_same_answer(analysis):
    first, second = analysis.call("Recommend"), analysis.call("Recommend")
    if first["revision"] == second["revision"]:
        assert first == second


def test_a_question_with_its_progress_ends_with_the_answer(analysis):
    _, told = analysis.listen("Ask", {"simulate": {"set": {"MIN_LIQUIDITY_USD": "20000"}}})
    messages = list(told)
    assert "simulate" in messages[-1]
    assert all("progress" in message for message in messages[:-1])


def test_everything_wrong_with_a_config_is_said_at_once(analysis):
    with pytest.raises(grpc.RpcError) as refused:
        analysis.call("Simulate", {"set": {"MIN_LIQUIDTY_USD": "1", "MIN_HOLDER_COUNT": "many"}})
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    details = dict(refused.value.trailing_metadata())["grpc-status-details-bin"]
    assert b"MIN_LIQUIDITY_USD" in details and b"MIN_HOLDER_COUNT" in details
