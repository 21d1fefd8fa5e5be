"""The pair as processes on a Postgres of its own, and ghz to call them: what load.py and drill.py share."""

import os
import pathlib
import shutil
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
GHZ = "github.com/bojand/ghz/cmd/ghz@v0.121.0"
NOWHERE = "http://127.0.0.1:9"
TICKS = os.sysconf("SC_CLK_TCK")
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# What servers are told that have no sources to ask and make their tables themselves.
ALONE = {f"{source}_URL": NOWHERE for source in ("DEXSCREENER", "JUPITER", "GECKOTERMINAL", "BIRDEYE")}
ALONE |= {"MIGRATE": "auto", "POLL_INTERVAL": "1h"}


def base58(number):
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return text


def alerts(count):
    """Requests of RecordAlert, each on a token of its own."""
    tokens = ({"address": base58((1 << 255) + n)} for n in range(count))
    return [{"alert": {"token": t, "entry": {"price_usd": 0.5}, "features": {"final_score": 8}}} for t in tokens]


def ghz():
    """The program; from the Go proxy into target/tools where it is not there."""
    found = shutil.which("ghz") or ROOT / "target/tools/bin/ghz"
    if not pathlib.Path(found).exists():
        target = ROOT / "target/tools"
        environment = {**os.environ, "GOBIN": str(target / "bin"), "GOPATH": str(target / "go")}
        subprocess.run(["go", "install", "-modcacherw", GHZ], check=True, env=environment)
    return str(found)


class Postgres:
    """A cluster of its own below `folder`, reached by a socket there; stopped by `stop`."""

    def __init__(self, folder):
        self.folder, self.as_user = folder, []
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
            self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        found = shutil.which("initdb") or sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1]
        self.programs = pathlib.Path(os.path.realpath(found)).parent
        if not (self.programs / "postgres").exists():
            self.programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        self.url = f"postgres://postgres@localhost/postgres?host={folder}"
        self.run("initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "--no-sync")
        self.start()

    def run(self, program, *arguments):
        command = [*self.as_user, self.programs / program, *arguments]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=self.folder, text=True).stdout

    def start(self):
        options = f"-k {self.folder} -c listen_addresses="
        # It would hold a pipe open for as long as it runs.
        command = [*self.as_user, self.programs / "pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log"]
        subprocess.run([*command, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL, cwd=self.folder)

    def stop(self, mode="immediate"):
        self.run("pg_ctl", "-D", self.folder / "data", "-m", mode, "stop")

    def ask(self, query):
        return self.run("psql", "-h", self.folder, "-U", "postgres", "-At", "-c", query).strip()


def certificate(folder, name, hosts):
    """A certificate that vouches for itself, for `hosts` (`IP:…`, `DNS:…`): the files of it and of its key."""
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        + ["-subj", f"/CN={name}", "-addext", f"subjectAltName={','.join(hosts)}", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    key.chmod(0o600)
    return certificate, key


def token(folder, perfctl):
    """A writer's token, and the file that servers know it by."""
    made = [perfctl, "token", "create", "load", "--role", "writer", "--save", folder / "token"]
    tokens = folder / "tokens"
    tokens.write_bytes(subprocess.run(made, check=True, capture_output=True).stdout)
    tokens.chmod(0o600)
    return (folder / "token").read_text().strip(), tokens


def bearer(token):
    """ghz's arguments for a caller with a token."""
    metadata = f'{{"authorization": "Bearer {token}"}}'
    return ["--metadata", metadata, "--reflect-metadata", metadata]


class Server:
    """One of the programs: its address and its processor time."""

    def __init__(self, program, settings, log=subprocess.DEVNULL):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PERFTRACK_")}
        environment |= {f"PERFTRACK_{name}": str(value) for name, value in settings.items()}
        self.process = subprocess.Popen([program], env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("ready "), f"{program} said {line!r}"
        self.address = line.split()[1].split("=")[1]

    def cpu_seconds(self):
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(stat[11]) + int(stat[12])) / TICKS

    def stop(self):
        """In order: how long that took, in seconds."""
        began = time.monotonic()
        self.process.terminate()
        self.ended()
        return time.monotonic() - began

    def ended(self):
        """Waits for the end of what was told to stop."""
        code = self.process.wait(timeout=120)
        assert code == 0, f"it ended with {code}"
