#!/usr/bin/env python3
"""What operators do, done under load: two replicas of each service, with TLS and tokens, on a Postgres of their own, called
by ghz, whose client (grpc-go) spreads its calls over the addresses that DNS tells it, as clients in a cluster do.

    cargo build --release --bins && scripts/drill.py [--bins target/release] [--rate 300]

In turn: each replica is replaced by one at another address, as Kubernetes does it, and no call may fail, though such a client
asks for names each 30 s at most; the certificate is renewed, and none may fail, neither over the old
connections nor over new ones that trust the new certificate alone; Postgres is killed and started again, and calls may fail
with UNAVAILABLE alone, until it is back. In the end every acknowledged alert is in the database. Needs Linux (it answers on
all of 127.0.0.0/8), openssl, PostgreSQL's programs and Go (for ghz, from the Go proxy, into target/tools).
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

from pair import ALONE, ROOT, Postgres, Server, alerts, bearer, certificate, ghz, token

NAME = "perftrack.test"
# Longer than a client waits before it asks for names again, and names live for a second here.
SHUTDOWN_DELAY = 35
SETTLED = 1.5


class Names(threading.Thread):
    """A name server that knows one name, with these addresses."""

    def __init__(self, addresses):
        super().__init__(daemon=True)
        self.addresses = addresses
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.start()

    def run(self):
        while True:
            query, caller = self.socket.recvfrom(4096)
            name_ends = query.index(b"\0", 12) + 1
            is_for_addresses = query[name_ends : name_ends + 4] == b"\0\1\0\1"
            answers = [
                # The name of the question, an IPv4 address, for a second.
                b"\xc0\x0c\0\1\0\1" + struct.pack(">IH", 1, 4) + socket.inet_aton(address)
                for address in (self.addresses if is_for_addresses else [])
            ]
            head = query[:2] + struct.pack(">HHHHH", 0x8580, 1, len(answers), 0, 0)
            self.socket.sendto(head + query[12 : name_ends + 4] + b"".join(answers), caller)


class Service:
    """The replicas of one service: at different addresses, at one port, with a name server of their own."""

    def __init__(self, program, method, data, settings, addresses):
        self.program, self.method, self.data, self.settings = program, method, data, settings
        first = self.launch(f"{addresses[0]}:0")
        self.port = int(first.address.rsplit(":", 1)[1])
        self.replicas = [first] + [self.launch(f"{address}:{self.port}") for address in addresses[1:]]
        self.names = Names(addresses)
        self.leaving = []

    def launch(self, address):
        return Server(self.program, {**self.settings, "LISTEN_ADDR": address})

    def replace(self, index, address):
        """The new one serves and has its name before the old one is told to stop."""
        self.leaving.append(self.replicas[index])
        self.replicas[index] = self.launch(f"{address}:{self.port}")
        self.names.addresses = [replica.address.rsplit(":", 1)[0] for replica in self.replicas]
        self.leaving[-1].process.terminate()

    def ended(self):
        """Waits for all that are to end."""
        for replica in self.leaving:
            replica.ended()
        self.leaving.clear()

    def kill(self):
        for replica in self.replicas + self.leaving:
            replica.process.kill()

    def shows(self, expected):
        return all(shown(replica.address) == expected for replica in self.replicas)


def shown(address):
    """The certificate that a server shows, as PEM."""
    host, port = address.rsplit(":", 1)
    return ssl.get_server_certificate((host, int(port)))


class Calls:
    """ghz, calling a service for so many seconds: what became of the calls."""

    def __init__(self, service, authority, secret, rate, seconds):
        self.service = service
        command = [ghz(), "--cacert", authority, *bearer(secret), "--call", f"perftrack.v1.{service.method}"]
        command += ["--data-file", "/dev/stdin", "-c", "16", "--connections", "4", "--rps", str(rate)]
        command += ["-z", f"{seconds}s", "--duration-stop", "wait"]
        # It says that a name server of one's own is unusual, and breaks down where it has nowhere to say so.
        command += ["--debug", "/dev/null"]
        command += ["--lb-strategy", "round_robin", "-O", "json", f"dns://127.0.0.1:{service.names.port}/{NAME}:{service.port}"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
        self.process.stdin.write(json.dumps(service.data).encode())
        self.process.stdin.close()
        self.process.stdin = None

    def ended(self):
        out, said = self.process.communicate(timeout=120)
        if not out:
            sys.exit(f"{self.service.method}: ghz ended with {self.process.returncode}: {said.decode()[-500:]}")
        told = json.loads(out)
        return told["statusCodeDistribution"], told["errorDistribution"], told["slowest"] / 1e6


class Drill:
    """What is done, and what came of it."""

    def __init__(self, services, secret, rate):
        self.services, self.secret, self.rate = services, secret, rate
        self.recorded, self.failed = 0, False

    @contextlib.contextmanager
    def under_load(self, what, authority, seconds, allowed=()):
        load = (authority, self.secret, self.rate, seconds)
        calls = [Calls(service, *load) for service in self.services]
        time.sleep(SETTLED)
        yield
        if any(each.process.poll() is not None for each in calls):
            sys.exit(f"{what}: that took longer than the {seconds} s of calls")
        for each in calls:
            codes, errors, slowest_ms = each.ended()
            others = {code: count for code, count in codes.items() if code != "OK"}
            if each.service.method.endswith("RecordAlert"):
                self.recorded += codes.get("OK", 0)
            print(f"{what:<34}{each.service.method:<28}{codes.get('OK', 0):>7} OK{slowest_ms:>9.0f} ms  {others or ''}")
            if set(others) - set(allowed) or not codes.get("OK"):
                self.failed = True
                print(f"  NOT AS PROMISED: {errors}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bins", type=pathlib.Path, default=ROOT / "target/release")
    parser.add_argument("--rate", type=int, default=300, help="calls a second to each service")
    asked = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        (folder / "postgres").mkdir()
        database = Postgres(folder / "postgres")
        stack.callback(database.stop)
        # Addresses that nobody connects from: a port that is free at one is free at the others.
        network = f"127.{random.randrange(64, 128)}.{random.randrange(256)}"
        addresses = [f"{network}.{host}" for host in (1, 2, 3, 4)]
        first, later = addresses[:2], addresses[2:]
        hosts = [f"DNS:{NAME}", *(f"IP:{address}" for address in addresses)]
        old, old_key = certificate(folder, "old", hosts)
        new, new_key = certificate(folder, "new", hosts)
        in_use, key_in_use = folder / "tls.crt", folder / "tls.key"
        in_use.write_bytes(old.read_bytes())
        key_in_use.write_bytes(old_key.read_bytes())
        secret, tokens = token(folder, asked.bins / "perfctl")
        settings = {**ALONE, "DATABASE_URL": database.url, "SHUTDOWN_DELAY": f"{SHUTDOWN_DELAY}s", "TOKENS_FILE": tokens}
        settings |= {"TLS_CERT_FILE": in_use, "TLS_KEY_FILE": key_in_use}
        tracker = Service(asked.bins / "tracker-svc", "TrackingService/RecordAlert", alerts(200), settings, first)
        stack.callback(tracker.kill)
        analysis = Service(asked.bins / "analysis-svc", "AnalysisService/ListRecommendations", {}, settings, first)
        stack.callback(analysis.kill)
        services = (tracker, analysis)
        drill = Drill(services, secret, asked.rate)

        with drill.under_load("each replica replaced", old, 60):
            for service in services:
                for index, address in enumerate(later):
                    service.replace(index, address)
            for service in services:
                service.ended()
        with drill.under_load("certificate renewed", old, 15):
            for source, target in ((new_key, key_in_use), (new, in_use)):
                beside = target.with_suffix(".next")
                beside.write_bytes(source.read_bytes())
                os.replace(beside, target)
            while not all(service.shows(new.read_text()) for service in services):
                time.sleep(0.2)
        with drill.under_load("new connections after that", new, 3):
            pass
        with drill.under_load("Postgres killed and started again", new, 15, allowed=("Unavailable",)):
            database.stop()
            time.sleep(2 * SETTLED)
            database.start()
        with drill.under_load("after that", new, 3):
            pass
        for service in services:
            for replica in service.replicas:
                replica.stop()
        stored = int(database.ask("SELECT count(*) FROM alerts"))
        print(f"{drill.recorded} alerts acknowledged, {stored} stored")
        return int(drill.failed or stored < drill.recorded)


if __name__ == "__main__":
    sys.exit(main())
