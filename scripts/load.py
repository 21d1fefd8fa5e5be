#!/usr/bin/env python3
"""What TLS, tokens and telemetry cost under load: the pair as processes on a Postgres of its own, called by ghz.

    cargo build --release --bins && scripts/load.py [--bins target/release] [--seconds 3] [--rounds 3]

Each round runs every variant once, in turn, so that what else the machine does meets all of them. Of each are told: calls a
second, the processor time of the server for a call, and both as ratios to the plain variant (medians over the rounds). Any
answer but OK fails the run. Needs openssl, PostgreSQL's programs and Go (for ghz, from the Go proxy, into target/tools).
"""

import argparse
import contextlib
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

from pair import ALONE, ROOT, Postgres, Server, alerts, bearer, certificate, ghz, token


class Load:
    """Calls with ghz: calls a second, and processor time of the server for each, in microseconds."""

    def __init__(self, secure, token, seconds):
        self.program, self.seconds = ghz(), seconds
        self.how = ["--cacert", str(secure)] if secure else ["--insecure"]
        self.how += bearer(token) if token else []

    def run(self, server, method, data, seconds=None):
        before = server.cpu_seconds()
        command = [self.program, *self.how, "--call", f"perftrack.v1.{method}", "--data-file", "/dev/stdin"]
        command += ["-c", "32", "--connections", "4", "-z", f"{seconds or self.seconds}s", "--duration-stop", "wait"]
        data = json.dumps(data).encode()
        ended = subprocess.run([*command, "-O", "json", server.address], input=data, capture_output=True)
        if ended.returncode:
            sys.exit(f"{method}: ghz ended with {ended.returncode}: {ended.stderr.decode()[-500:]}")
        told = json.loads(ended.stdout)
        codes = told["statusCodeDistribution"]
        assert set(codes) == {"OK"}, f"{method}: {codes}"
        return told["rps"], (server.cpu_seconds() - before) / told["count"] * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bins", type=pathlib.Path, default=ROOT / "target/release")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    questions = [
        ("tracker-svc", "TrackingService/RecordAlert", alerts(200)),
        ("tracker-svc", "TrackingService/ListConfigs", {"page_size": 1}),
        ("analysis-svc", "AnalysisService/ListGates", {}),
    ]
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        (folder / "postgres").mkdir()
        database = Postgres(folder / "postgres")
        stack.callback(database.stop)
        authority, key = certificate(folder, "load", ["IP:127.0.0.1"])
        secret, tokens = token(folder, asked.bins / "perfctl")
        tls, tokens = {"TLS_CERT_FILE": authority, "TLS_KEY_FILE": key}, {"TOKENS_FILE": tokens}
        sink = Sink()
        stack.callback(sink.stop)
        telemetry = {"METRICS_LISTEN_ADDR": "127.0.0.1:0", "OTLP_ENDPOINT": sink.url}
        variants = {
            "plain": ({}, False, False),
            "tokens": (tokens, False, True),
            "TLS": (tls, True, False),
            "telemetry, 10 % traced": ({**telemetry, "TRACE_SAMPLE_RATIO": 0.1}, False, False),
            "telemetry, all traced": ({**telemetry, "TRACE_SAMPLE_RATIO": 1}, False, False),
            "TLS, tokens, telemetry": ({**tls, **tokens, **telemetry}, True, True),
        }
        common = {**ALONE, "LISTEN_ADDR": "127.0.0.1:0", "SHUTDOWN_DELAY": "0s", "DATASET_REFRESH": "0s"}
        common["DATABASE_URL"] = database.url
        measured = {}
        for turn in range(asked.rounds + 1):
            for name, (settings, secure, shown) in variants.items():
                load = Load(authority if secure else None, secret if shown else None, asked.seconds)
                for program in ("tracker-svc", "analysis-svc"):
                    server = Server(asked.bins / program, {**common, **settings})
                    stack.callback(server.process.kill)
                    for _, method, data in (question for question in questions if question[0] == program):
                        load.run(server, method, data, 0.5)
                        if turn:
                            measured.setdefault((method, name), []).append(load.run(server, method, data))
                    server.stop()
                if not turn:
                    # Warmed up: the tables are there, the pages are read.
                    break
    print(f"{'method':<28}{'variant':<26}{'calls/s':>9}{'ratio':>7}{'µs CPU/call':>13}{'ratio':>7}")
    for (method, name), runs in measured.items():
        plain = measured[method, "plain"]
        rate, cpu = (statistics.median(run[index] for run in runs) for index in (0, 1))
        rates, cpus = (statistics.median(r[i] / p[i] for r, p in zip(runs, plain)) for i in (0, 1))
        print(f"{method:<28}{name:<26}{rate:>9.0f}{rates:>7.2f}{cpu:>13.0f}{cpus:>7.2f}")


class Sink:
    """A collector that takes what it is sent and says nothing."""

    def __init__(self):
        import grpc
        from concurrent.futures import ThreadPoolExecutor

        class Takes(grpc.GenericRpcHandler):
            def service(self, _details):
                return grpc.unary_unary_rpc_method_handler(lambda _request, _context: b"")

        self.server = grpc.server(ThreadPoolExecutor(2), handlers=(Takes(),))
        self.url = f"http://127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        self.server.start()

    def stop(self):
        self.server.stop(None)


if __name__ == "__main__":
    sys.exit(main())
