"""Starts both services as a user does, and speaks to them by reflection alone: no generated code, as in any language."""

import contextlib
import os
import shutil
import subprocess

import grpc
import pytest
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

# Nothing listens there: the tests need no price, and must not reach for the internet.
NOWHERE = "http://127.0.0.1:9"


class Service:
    """One service, with its messages as reflection describes them."""

    def __init__(self, address, name):
        self.address = address
        self.channel = grpc.insecure_channel(address)
        self.database = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = descriptor_pool.DescriptorPool(self.database)
        self.descriptor = self.pool.FindServiceByName(name)

    def message(self, full_name):
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(full_name))

    def _stub(self, method, kind):
        found = self.descriptor.methods_by_name[method]
        request = message_factory.GetMessageClass(found.input_type)
        response = message_factory.GetMessageClass(found.output_type)
        path = f"/{self.descriptor.full_name}/{method}"
        stub = getattr(self.channel, kind)(
            path, request_serializer=request.SerializeToString, response_deserializer=response.FromString
        )
        return request, stub

    def call(self, method, request=None, timeout=20):
        """Calls with a request in proto3 JSON, and answers in the same, under the names of the proto files."""
        make, stub = self._stub(method, "unary_unary")
        answer = stub(json_format.ParseDict(request or {}, make(), descriptor_pool=self.pool), timeout=timeout)
        return as_json(answer, self.pool)

    def stream(self, method, requests, timeout=20):
        return [as_json(answer, self.pool) for answer in self.open(method, requests, timeout)]

    def open(self, method, requests, timeout=20):
        """The running call: iterate it for its answers, or break it off with `cancel()`."""
        make, stub = self._stub(method, "stream_stream")
        messages = (json_format.ParseDict(request, make(), descriptor_pool=self.pool) for request in requests)
        return stub(messages, timeout=timeout)

    def listen(self, method, request=None, timeout=60):
        """Begins a stream of answers; give it up with `cancel`."""
        make, stub = self._stub(method, "unary_stream")
        answers = stub(json_format.ParseDict(request or {}, make(), descriptor_pool=self.pool), timeout=timeout)
        return answers, (as_json(answer, self.pool) for answer in answers)

    def file(self, name) -> FileDescriptorProto:
        return self.database.FindFileByName(name)


def as_json(message, pool):
    return json_format.MessageToDict(message, preserving_proto_field_name=True, descriptor_pool=pool)


@contextlib.contextmanager
def dev(folder, **settings):
    """Runs `perfctl dev`: {"tracker": "127.0.0.1:…", "analysis": "127.0.0.1:…"}."""
    sources = ("DEXSCREENER", "JUPITER", "GECKOTERMINAL", "BIRDEYE")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PERFTRACK_")}
    environment |= {f"PERFTRACK_{source}_URL": NOWHERE for source in sources}
    environment |= {f"PERFTRACK_{name.upper()}": str(value) for name, value in settings.items()}
    command = [os.environ["PERFCTL"], "dev", "--db-file", str(folder / "perftrack.db")]
    command += ["--tracker-listen", "127.0.0.1:0", "--analysis-listen", "127.0.0.1:0"]
    log = folder / "log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, env=environment, text=True)
    try:
        ready = process.stdout.readline().split()
        assert ready[:1] == ["ready"], f"not ready: {ready} {log.read_text()}"
        yield dict(part.split("=", 1) for part in ready[1:])
    finally:
        process.terminate()
        # An ordered stop, without which a test that leaves work behind would go unnoticed.
        assert process.wait(timeout=60) == 0, log.read_text()


@pytest.fixture(scope="session")
def addresses(tmp_path_factory):
    """Where the services listen that most tests share."""
    with dev(tmp_path_factory.mktemp("dev")) as addresses:
        yield addresses


@pytest.fixture(scope="session")
def sampling_tracker(tmp_path_factory):
    """A tracker that follows half of the shadow alerts."""
    with dev(tmp_path_factory.mktemp("sampling"), shadow_sample_rate=0.5) as addresses:
        yield Service(addresses["tracker"], "perftrack.v1.TrackingService")


@pytest.fixture(scope="session")
def tracker(addresses):
    return Service(addresses["tracker"], "perftrack.v1.TrackingService")


@pytest.fixture(scope="session")
def analysis(addresses):
    return Service(addresses["analysis"], "perftrack.v1.AnalysisService")


@pytest.fixture(scope="session")
def grpcurl_program():
    program = shutil.which("grpcurl")
    if program is None:
        pytest.fail("grpcurl is not here: run ./scripts/setup")
    return program


@pytest.fixture(scope="session")
def grpcurl(grpcurl_program):
    def run(*arguments):
        return subprocess.run([grpcurl_program, "-plaintext", *arguments], capture_output=True, text=True, timeout=60)

    return run
