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
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
GHZ = "github.com/bojand/ghz/cmd/ghz@v0.121.0"
NOWHERE = "http://127.0.0.1:9"
TICKS = os.sysconf("SC_CLK_TCK")
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(number):
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return text


def ghz():
    found = shutil.which("ghz") or ROOT / "target/tools/bin/ghz"
    if not pathlib.Path(found).exists():
        target = ROOT / "target/tools"
        environment = {**os.environ, "GOBIN": str(target / "bin"), "GOPATH": str(target / "go")}
        subprocess.run(["go", "install", "-modcacherw", GHZ], check=True, env=environment)
    return str(found)


@contextlib.contextmanager
def postgres(folder):
    """A cluster of its own: its address for `name`."""
    as_user = []
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data = folder / "data"
    found = shutil.which("initdb") or sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1]
    programs = pathlib.Path(os.path.realpath(found)).parent
    if not (programs / "postgres").exists():
        programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]

    def run(program, *arguments):
        subprocess.run([*as_user, programs / program, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=folder)

    run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
    run("pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", f"-k {folder} -c listen_addresses=", "start")
    try:
        yield lambda name: f"postgres://postgres@localhost/{name}?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")


def credentials(folder, perfctl):
    """A certificate for 127.0.0.1, a token, and what servers are told of both."""
    certificate, key, tokens = folder / "tls.crt", folder / "tls.key", folder / "tokens"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        + ["-subj", "/CN=load", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    made = [perfctl, "token", "create", "load", "--role", "writer", "--save", folder / "token"]
    tokens.write_bytes(subprocess.run(made, check=True, capture_output=True).stdout)
    for file in (key, tokens):
        file.chmod(0o600)
    servers = {"TLS_CERT_FILE": certificate, "TLS_KEY_FILE": key}
    return certificate, (folder / "token").read_text().strip(), servers, {"TOKENS_FILE": tokens}


class Server:
    """One of the programs: its address and its processor time."""

    def __init__(self, program, settings):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PERFTRACK_")}
        environment |= {f"PERFTRACK_{name}": str(value) for name, value in settings.items()}
        self.process = subprocess.Popen(
            [program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        line = self.process.stdout.readline()
        assert line.startswith("ready "), f"{program} said {line!r}"
        self.address = line.split()[1].split("=")[1]

    def cpu_seconds(self):
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(stat[11]) + int(stat[12])) / TICKS

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)


class Load:
    """Calls with ghz: calls a second, and processor time of the server for each, in microseconds."""

    def __init__(self, secure, token, seconds):
        self.program, self.seconds = ghz(), seconds
        metadata = json.dumps({"authorization": f"Bearer {token}"}) if token else "{}"
        self.how = ["--cacert", str(secure)] if secure else ["--insecure"]
        self.how += ["--metadata", metadata, "--reflect-metadata", metadata]

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
    alerts = [
        {"alert": {"token": {"address": base58((1 << 255) + n)}, "entry": {"price_usd": 0.5}, "features": {"final_score": 8}}}
        for n in range(200)
    ]
    questions = [
        ("tracker-svc", "TrackingService/RecordAlert", alerts),
        ("tracker-svc", "TrackingService/ListConfigs", {"page_size": 1}),
        ("analysis-svc", "AnalysisService/ListGates", {}),
    ]
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        (folder / "postgres").mkdir()
        database = stack.enter_context(postgres(folder / "postgres"))
        certificate, token, tls, tokens = credentials(folder, asked.bins / "perfctl")
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
        common = {f"{source}_URL": NOWHERE for source in ("DEXSCREENER", "JUPITER", "GECKOTERMINAL", "BIRDEYE")}
        common |= {"LISTEN_ADDR": "127.0.0.1:0", "MIGRATE": "auto", "SHUTDOWN_DELAY": "0s", "POLL_INTERVAL": "1h"}
        common |= {"DATASET_REFRESH": "0s", "DATABASE_URL": database("postgres")}
        measured = {}
        for turn in range(asked.rounds + 1):
            for name, (settings, secure, shown) in variants.items():
                load = Load(certificate if secure else None, token if shown else None, asked.seconds)
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
