#!/usr/bin/env python3
"""Writes dashboards/perftrack.json: rows of panels, each a title, a unit and its queries. `--check` only compares."""

import json
import sys
from pathlib import Path

TARGET = Path(__file__).parent / "dashboards/perftrack.json"
CALLS = "rpc_server_call_duration_seconds"
JOB = 'job=~"$job"'


def quantile(share: float, name: str, by: str, labels: str = JOB) -> str:
    """A quantile of a histogram over the last minutes."""
    return f"histogram_quantile({share}, sum by ({by}, le) (rate({name}_bucket{{{labels}}}[$__rate_interval])))"


def rate(name: str, by: str, labels: str = JOB) -> str:
    """How often in a second."""
    return f"sum by ({by}) (rate({name}{{{labels}}}[$__rate_interval]))"


# Row: [(title, what it tells, unit, [(query, legend)])]
ROWS = {
    "Calls": [
        ("Calls per second", "By method.", "reqps", [(rate(f"{CALLS}_count", "rpc_method"), "{{rpc_method}}")]),
        ("Calls that did not end well", "By code; INVALID_ARGUMENT is the caller's.", "reqps",
         [(rate(f"{CALLS}_count", "rpc_response_status_code", JOB + ',rpc_response_status_code!="OK"'),
           "{{rpc_response_status_code}}")]),
        ("Time to answer, 50 %", "By method.", "s", [(quantile(0.5, CALLS, "rpc_method"), "{{rpc_method}}")]),
        ("Time to answer, 99 %", "By method.", "s", [(quantile(0.99, CALLS, "rpc_method"), "{{rpc_method}}")]),
        ("Calls in progress", "By replica.", "short", [(f"rpc_server_active_calls{{{JOB}}}", "{{job}} {{instance}}")]),
    ],
    "Database": [
        ("Connections", "In use near the most: callers will wait.", "short",
         [(f"sum by (job, db_client_connection_state) (db_client_connection_count{{{JOB}}})",
           "{{job}} {{db_client_connection_state}}"),
          (f"sum by (job) (db_client_connection_max{{{JOB}}})", "{{job}} most")]),
        ("Waiting for a connection", "More than none for longer: too few connections, or a slow database.", "short",
         [(f"sum by (job) (db_client_connection_pending_requests{{{JOB}}})", "{{job}}")]),
        ("Time waited for a connection, 99 %", "", "s",
         [(quantile(0.99, "db_client_connection_wait_time_seconds", "job"), "{{job}}")]),
        ("Waited in vain", "Each is a call that failed.", "short",
         [(rate("db_client_connection_timeouts_total", "job"), "{{job}}")]),
    ],
    "Following prices": [
        ("Tokens", "Followed, planned, left out for lack of requests, without a price.", "short",
         [(f"sum(perftrack_tick_tokens_{what}{{{JOB}}})", what) for what in ["followed", "planned", "left_out", "missing"]]),
        ("Coverage of the last look", "The share of the followed tokens of which a price was told.", "percentunit",
         [(f"1 - sum(perftrack_tick_tokens_missing{{{JOB}}}) / sum(perftrack_tick_tokens_followed{{{JOB}}})", "coverage")]),
        ("Longest wait of a token", "The lag: well above the polling interval, peaks and rugs go unseen.", "s",
         [(f"perftrack_tick_longest_wait_seconds{{{JOB}}}", "{{instance}}")]),
        ("Time of a look at all tokens", "Near the polling interval, looks are skipped.", "s",
         [(quantile(0.5, "perftrack_tick_duration_seconds", "instance"), "50 % {{instance}}"),
          (quantile(0.95, "perftrack_tick_duration_seconds", "instance"), "95 % {{instance}}")]),
        ("Prices stored", "By what the store made of them.", "short",
         [(rate("perftrack_observations_total", "reception"), "{{reception}}")]),
        ("Outcomes sealed in an hour", "lost and no_data say that prices were missing.", "short",
         [(f"sum by (status) (increase(perftrack_outcomes_sealed_total{{{JOB}}}[1h]))", "{{status}}")]),
        ("Implausible prices dropped in an hour", "Held, and confirmed by nobody.", "short",
         [(f"sum(increase(perftrack_outcomes_held_dropped_total{{{JOB}}}[1h]))", "dropped")]),
    ],
    "Price sources": [
        ("Requests", "By source and ending.", "reqps",
         [(rate("perftrack_source_requests_total", "source, ending"), "{{source}} {{ending}}")]),
        ("429s", "The share of the requests.", "percentunit",
         [(rate("perftrack_source_requests_total", "source", JOB + ',ending="rate_limited"') + " / "
           + rate("perftrack_source_requests_total", "source"), "{{source}}")]),
        ("Time to answer, 95 %", "", "s",
         [(quantile(0.95, "perftrack_source_request_duration_seconds", "source"), "{{source}}")]),
        ("Left alone", "1 while it is, for it kept failing.", "short",
         [(f"max by (source) (perftrack_source_breaker_open{{{JOB}}})", "{{source}}")]),
        ("Requests allowed in a minute", "All replicas together; less while a source says 429.", "short",
         [(f"sum by (source) (perftrack_source_budget_per_minute{{{JOB}}})", "{{source}}")]),
    ],
    "Dataset of the analysis": [
        ("Alerts in memory", "", "short", [(f"perftrack_dataset_alerts{{{JOB}}}", "{{instance}}")]),
        ("Memory", "Beyond the limit it refuses to answer.", "bytes",
         [(f"perftrack_dataset_memory_bytes{{{JOB}}}", "{{instance}}"),
          (f"perftrack_dataset_memory_limit_bytes{{{JOB}}}", "{{instance}} limit")]),
        ("Age of the revision", "Since the data last changed; it is looked at with each question.", "s",
         [(f"perftrack_dataset_revision_age_seconds{{{JOB}}}", "{{instance}}")]),
        ("Time to bring it up to date, 95 %", "", "s",
         [(quantile(0.95, "perftrack_dataset_load_duration_seconds", "job"), "{{job}}")]),
    ],
    "Logs": [
        ("Lines left out", "One place wrote too many.", "short", [(rate("perftrack_log_left_out_total", "job"), "{{job}}")]),
    ],
}


def panel(number: int, x: int, y: int, title: str, text: str, unit: str, queries: list[tuple[str, str]]) -> dict:
    """A time series."""
    source = {"type": "prometheus", "uid": "prometheus"}
    return {
        "id": number,
        "type": "timeseries",
        "title": title,
        "description": text,
        "datasource": source,
        "gridPos": {"x": x, "y": y, "w": 8, "h": 7},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0, "custom": {"fillOpacity": 8}}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": source, "expr": query, "legendFormat": legend}
            for index, (query, legend) in enumerate(queries)
        ],
    }


def dashboard() -> dict:
    """All of it."""
    panels: list[dict] = []
    y = 0
    for title, its in ROWS.items():
        panels.append({"id": len(panels) + 1, "type": "row", "title": title, "collapsed": False, "panels": [],
                       "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}})
        for index, one in enumerate(its):
            panels.append(panel(len(panels) + 1, index % 3 * 8, y + 1 + index // 3 * 7, *one))
        y += 1 + (len(its) + 2) // 3 * 7
    job = {
        "name": "job", "label": "Service", "type": "query", "multi": True, "includeAll": True, "refresh": 2,
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "query": {"query": 'label_values(up{job=~"perftrack-.*"}, job)', "refId": "job"},
        "current": {"text": "All", "value": "$__all"},
    }
    return {
        "uid": "perftrack", "title": "perftrack", "schemaVersion": 39, "editable": True, "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"}, "tags": ["perftrack"], "templating": {"list": [job]}, "panels": panels,
    }


def main() -> int:
    text = json.dumps(dashboard(), indent=1) + "\n"
    if "--check" in sys.argv[1:]:
        if TARGET.exists() and TARGET.read_text() == text:
            return 0
        print(f"{TARGET} is not what {__file__} writes: run it", file=sys.stderr)
        return 1
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
