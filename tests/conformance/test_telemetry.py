"""What operators see: metrics under the names that dashboard and alert rules use, and the trace of an alert from the bot to
its SQL statements."""

import importlib.util
import json
import pathlib
import re
import subprocess
import sys

import grpc
import pytest
import yaml

from conftest import Service, dev
from telemetry import Collector, PriceSource, eventually, prometheus, scrape, scrape_address
from test_record import alert

ROOT = pathlib.Path(__file__).resolve().parents[2]
OBSERVABILITY = ROOT / "observability"
# As W3C's recommendation writes it: version, trace, span, sampled.
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
# What Prometheus itself adds.
OF_PROMETHEUS = {"up", "job", "instance", "le"}


class Watched:
    """Both services at work, and what watches them."""

    def __init__(self, folder, collector, source, addresses):
        self.log = folder / "log"
        self.collector, self.source = collector, source
        self.tracker = Service(addresses["tracker"], "perftrack.v1.TrackingService")
        self.analysis = Service(addresses["analysis"], "perftrack.v1.AnalysisService")

    def record_traced(self):
        """Has the example's bot record an alert, as a part of a trace of its own."""
        channel = grpc.intercept_channel(self.tracker.channel, Traced())
        return bot().Tracking(channel).call("RecordAlert", timeout=20, alert=alert())


class Traced(grpc.UnaryUnaryClientInterceptor):
    """What OpenTelemetry's instrumentation does to a bot's channel: tells with each call of which trace it is a part."""

    def intercept_unary_unary(self, continuation, details, request):
        return continuation(details._replace(metadata=(("traceparent", f"00-{TRACE}-{SPAN}-01"),)), request)


def bot():
    """The bot of the README."""
    spec = importlib.util.spec_from_file_location("bot", ROOT / "examples/python/bot.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    folder = tmp_path_factory.mktemp("watched")
    collector, source = Collector(), PriceSource()
    settings = {
        "metrics_listen_addr": "127.0.0.1:0",
        "otlp_endpoint": collector.url,
        "trace_sample_ratio": 0,
        "dexscreener_url": source.url,
        "poll_interval": "200ms",
        "log": "info,service=debug",
        "log_format": "json",
    }
    with dev(folder, **settings) as addresses:
        services = Watched(folder, collector, source, addresses)
        # An alert of before then is looked at by the first tick, which is no part of the bot's trace.
        eventually(lambda: "the tracking loop runs" in services.log.read_text())
        services.record_traced()
        services.analysis.call("Correlate", {})
        eventually(lambda: "perftrack_tick_duration_seconds_count" in scrape(services.log)[1])
        eventually(lambda: 'reception="accepted"} 0' not in scrape(services.log)[0])
        yield services
    # Both are told the last of it when the services stop.
    collector.server.stop(None)
    source.server.shutdown()


def expressions():
    dashboard = json.loads((OBSERVABILITY / "grafana/dashboards/perftrack.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for group in yaml.safe_load((OBSERVABILITY / "alerts.yml").read_text())["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]


DASHBOARD_TITLES = {
    panel["title"] for panel in json.loads((OBSERVABILITY / "grafana/dashboards/perftrack.json").read_text())["panels"]
}


def used(expression):
    """The metrics of a query, each with the labels that it is selected, grouped or told apart by."""
    metrics = set(re.findall(r"\b((?:perftrack|rpc|db)_\w+?)(?=[\s{\[)]|$)", re.sub(r"by \([^)]*\)", "", expression)))
    labels = {label for by in re.findall(r"by \(([^)]*)\)", expression) for label in by.replace(" ", "").split(",")}
    labels |= set(re.findall(r"[{,](\w+)(?:=~|!=|!~|=)", expression))
    return metrics, labels - OF_PROMETHEUS


def test_dashboard_and_alert_rules_use_names_that_a_live_process_offers(watched):
    _, series = scrape(watched.log)
    checked = set()
    for title, expression in expressions():
        metrics, labels = used(expression)
        for metric in metrics:
            assert metric in series, f"{title}: nobody offers {metric}"
        offered = {label for metric in metrics for labels in series[metric] for label in labels}
        assert labels <= offered, f"{title}: {labels - offered} is no label of {metrics}"
        checked |= metrics
    assert len(checked) > 25


def test_a_real_prometheus_answers_every_query_of_the_dashboard_and_takes_every_rule(watched, tmp_path):
    with prometheus(tmp_path, scrape_address(watched.log)) as ask:
        # Rates need two looks.
        eventually(lambda: ask("query", query="min(count_over_time(perftrack_tick_tokens_followed[1m])) >= 3")["result"])
        silent = set()
        for title, expression in expressions():
            query = expression.replace("$job", "perftrack-.*").replace("$__rate_interval", "1m")
            answer = ask("query", query=query)
            if title in DASHBOARD_TITLES and not answer["result"]:
                silent.add(title)
        # Nothing went wrong, and nothing was limited.
        assert silent <= {"Calls that did not end well", "429s"}, silent
        rules = [rule for group in ask("rules")["groups"] for rule in group["rules"]]
        eventually(lambda: all(rule["health"] == "ok" for group in ask("rules")["groups"] for rule in group["rules"]))
        assert len(rules) > 5


def test_the_dashboard_is_what_its_script_writes():
    script = OBSERVABILITY / "grafana/make_dashboard.py"
    subprocess.run([sys.executable, str(script), "--check"], check=True, timeout=60)


def test_every_alert_rule_has_a_page_in_the_runbook():
    headings = re.findall(r"^## (\w+)$", (ROOT / "docs/runbook.md").read_text(), re.MULTILINE)
    rules = [
        rule for group in yaml.safe_load((OBSERVABILITY / "alerts.yml").read_text())["groups"] for rule in group["rules"]
    ]
    assert headings == [rule["alert"] for rule in rules]
    for rule in rules:
        assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"


def test_docs_name_every_metric_that_is_offered_and_no_other(watched):
    told = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs/observe.md").read_text(), re.MULTILINE))
    text, _ = scrape(watched.log)
    offered = set(re.findall(r"^# TYPE ((?:perftrack|rpc|db)_\w+)", text, re.MULTILINE))
    assert offered <= told, f"docs/observe.md does not tell of {offered - told}"
    # These need hours of prices, or a source that is slow or jumps.
    rare = {"perftrack_outcomes_coverage_ratio", "perftrack_feed_hedges_total", "perftrack_tick_jumps_total"}
    assert told - offered <= rare, f"docs/observe.md tells of {told - offered}"


def test_the_trace_of_an_alert_goes_from_the_bot_to_its_sql_statements(watched):
    def mine():
        spans = [span for span in watched.collector.spans() if span.trace_id.hex() == TRACE]
        names = {span.name for span in spans}
        return spans if any(name.startswith("INSERT") for name in names) and "COMMIT" in names else None

    spans = eventually(mine)
    call = next(span for span in spans if span.name == "perftrack.v1.TrackingService/RecordAlert")
    assert call.parent_span_id.hex() == SPAN
    statements = [span for span in spans if span.parent_span_id == call.span_id]
    texts = [attribute.value.string_value for span in statements for attribute in span.attributes]
    assert any("alerts" in text for text in texts), texts
    assert all(call.start_time_unix_nano <= span.start_time_unix_nano + 1_000_000 for span in statements)


def test_one_alert_is_followed_from_the_bot_to_the_request_that_asks_for_its_price_and_into_the_store(watched):
    def mine():
        spans = [span for span in watched.collector.spans() if span.trace_id.hex() == TRACE]
        prices = [span for span in spans if span.name == "INSERT" and "price_snapshots" in statement_of(span)]
        return spans if prices else None

    spans = {span.span_id.hex(): span for span in eventually(mine)}

    def path(span):
        """The names from the bot's call down to the span."""
        parent = spans.get(span.parent_span_id.hex())
        return [*(path(parent) if parent else [span.parent_span_id.hex()]), span.name]

    call = [SPAN, "perftrack.v1.TrackingService/RecordAlert"]
    paths = [path(span) for span in spans.values()]
    assert [*call, "INSERT"] in paths, paths
    assert [*call, "first_look", "GET"] in paths, paths
    assert [*call, "first_look", "store_observations", "INSERT"] in paths, paths
    # The source was told by which of its spans it was asked.
    [get] = [span for span in spans.values() if span.name == "GET"]
    assert f"00-{TRACE}-{get.span_id.hex()}-01" in [headers.get("traceparent") for headers in watched.source.headers]


def statement_of(span):
    return next((each.value.string_value for each in span.attributes if each.key == "db.query.text"), "")


def test_every_method_has_its_durations_from_the_start_and_no_other_has_any(watched):
    channel = watched.tracker.channel
    with pytest.raises(grpc.RpcError):
        channel.unary_unary("/perftrack.v1.TrackingService/NoSuchThing")(b"", timeout=20)
    _, series = scrape(watched.log)
    timed = {labels["rpc_method"] for labels in series["rpc_server_call_duration_seconds_count"]}
    services = [watched.tracker.descriptor, watched.analysis.descriptor]
    assert timed - {"_OTHER"} == {f"{service.full_name}/{method.name}" for service in services for method in service.methods}
    assert "_OTHER" in timed


def test_lines_of_the_log_name_the_trace_that_they_belong_to(watched):
    lines = [json.loads(line) for line in watched.log.read_text().splitlines() if line.startswith("{")]
    mine = [line for line in lines if line.get("span", {}).get("trace_id") == TRACE]
    assert [line["rpc.code"] for line in mine if line["message"] == "answered a call"] == ["Ok"]


def test_a_source_is_told_the_trace_that_it_is_asked_for(watched):
    told = lambda: [headers["traceparent"] for headers in watched.source.headers if "traceparent" in headers]
    asked = eventually(lambda: [parent for parent in told() if TRACE not in parent])
    version, trace, span, flags = asked[0].split("-")
    assert (version, len(trace), len(span)) == ("00", 32, 16)
    # Nobody asked for this trace, and the share of those that are traced unasked is none here.
    assert flags == "00"


def test_the_collector_is_sent_metrics_and_logs_too(tmp_path):
    collector = Collector()
    with dev(tmp_path, otlp_endpoint=collector.url, trace_sample_ratio=1) as addresses:
        Service(addresses["tracker"], "perftrack.v1.TrackingService").call("RecordAlert", {"alert": alert()})
        eventually(lambda: any(span.name == "tick" and not span.parent_span_id for span in collector.spans()))
    # What was not sent yet is sent before the process ends.
    assert "rpc.server.call.duration" in collector.metric_names()
    lines = [record.body.string_value for record in collector.log_lines()]
    assert "both services run; stop them with Ctrl-C" in lines
    collector.server.stop(None)
