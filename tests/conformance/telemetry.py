"""What watches the services in the tests: a collector that keeps what it is sent, and a price source that remembers how it
was asked."""

import contextlib
import json
import pathlib
import re
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

KINDS = {
    "Trace": (ExportTraceServiceRequest, ExportTraceServiceResponse),
    "Metrics": (ExportMetricsServiceRequest, ExportMetricsServiceResponse),
    "Logs": (ExportLogsServiceRequest, ExportLogsServiceResponse),
}


class Collector:
    """An OpenTelemetry collector: OTLP over gRPC on a free port."""

    def __init__(self):
        self.kept = {kind: [] for kind in KINDS}
        self.server = grpc.server(ThreadPoolExecutor(4))
        for kind, (request, response) in KINDS.items():
            keep = grpc.unary_unary_rpc_method_handler(
                self._keeps(kind, response), request.FromString, response.SerializeToString
            )
            name = f"opentelemetry.proto.collector.{kind.lower()}.v1.{kind}Service"
            self.server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, {"Export": keep}),))
        self.url = f"http://127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        self.server.start()

    def _keeps(self, kind, response):
        def keep(request, _context):
            self.kept[kind].append(request)
            return response()

        return keep

    def spans(self):
        return [
            span
            for request in self.kept["Trace"]
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def metric_names(self):
        return {
            metric.name
            for request in self.kept["Metrics"]
            for resource in request.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    def log_lines(self):
        return [
            record
            for request in self.kept["Logs"]
            for resource in request.resource_logs
            for scope in resource.scope_logs
            for record in scope.log_records
        ]


class PriceSource:
    """DexScreener's answers, at one price for every token, and the headers that it was asked with."""

    def __init__(self):
        self.headers = []
        source = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):  # noqa: N802, the name is the library's
                source.headers.append(dict(self.headers))
                pairs = [pair(token) for token in self.path.rsplit("/", 1)[1].split(",")]
                body = json.dumps(pairs).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def pair(token):
    return {
        "chainId": "solana",
        "dexId": "raydium",
        "pairAddress": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
        "baseToken": {"address": token, "symbol": "TST", "name": "Test"},
        "quoteToken": {"address": "So11111111111111111111111111111111111111112", "symbol": "SOL"},
        "priceUsd": "0.00008138",
        "liquidity": {"usd": 256213.77},
        "volume": {"h24": 1000.0},
        "fdv": 81380,
        "marketCap": 81380,
    }


def scrape_address(log):
    return re.search(r"metrics at http://(\S+?)/metrics", log.read_text()).group(1)


@contextlib.contextmanager
def prometheus(folder, address):
    """A Prometheus that scrapes `address` with our alert rules: asks its API."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.fail("prometheus is not here: run ./scripts/setup")
    rules = pathlib.Path(__file__).resolve().parents[2] / "observability/alerts.yml"
    config = {
        "global": {"scrape_interval": "500ms", "evaluation_interval": "500ms"},
        "rule_files": [str(rules)],
        "scrape_configs": [{"job_name": "perftrack-dev", "static_configs": [{"targets": [address]}]}],
    }
    # JSON is YAML.
    (folder / "prometheus.yml").write_text(json.dumps(config))
    command = [program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    log = folder / "prometheus.log"
    with log.open("wb") as stderr:
        process = subprocess.Popen([*command, "--web.listen-address=127.0.0.1:0"], stderr=stderr)
    try:
        found = eventually(lambda: re.search(r"Listening on\W+address=(127\.0\.0\.1:[1-9]\d*)", log.read_text()))

        def is_ready():
            with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(f"http://{found.group(1)}/-/ready"):
                return True

        eventually(is_ready)

        def ask(what, **parameters):
            url = f"http://{found.group(1)}/api/v1/{what}?{urllib.parse.urlencode(parameters)}"
            with urllib.request.urlopen(url, timeout=20) as answer:
                return json.load(answer)["data"]

        yield ask
    finally:
        process.kill()
        process.wait()


def scrape(log):
    """What /metrics says: the text, and {name: [labels]}; the log names its address."""
    with urllib.request.urlopen(f"http://{scrape_address(log)}/metrics", timeout=20) as answer:
        text = answer.read().decode()
    series = {}
    for name, labels in re.findall(r"^([a-zA-Z_:][\w:]*)(\{[^}]*\})? ", text, re.MULTILINE):
        series.setdefault(name, []).append(dict(re.findall(r'(\w+)="([^"]*)"', labels)))
    return text, series


def eventually(what, seconds=60):
    """Waits until `what()` is true, and gives it."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.1)
    return found
