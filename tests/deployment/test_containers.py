"""What is promised of the images and of the compose file."""

import re

import pytest
import yaml
from manifests import ROOT, known_settings

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = ["migrate", "tracker", "analysis"]


def stage(name: str) -> str:
    """The part of the Dockerfile that makes this stage."""
    return re.search(rf"^FROM \S+ AS {name}\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL).group(1)


@pytest.mark.parametrize("program", ["tracker-svc", "analysis-svc", "perfctl"])
def test_an_image_is_one_program_without_shell_or_root(program: str) -> None:
    assert re.search(rf"^FROM run AS {program}$", DOCKERFILE, re.MULTILINE)
    assert "ARG RUN_IMAGE=gcr.io/distroless/" in DOCKERFILE and "FROM ${RUN_IMAGE} AS run" in DOCKERFILE
    assert "USER 65532:65532" in stage("run") and "USER" not in stage(program)
    assert f'ENTRYPOINT ["/{program}"]' in stage(program)
    assert "RUN" not in re.findall(r"^[A-Z]+", stage("run") + stage(program), re.MULTILINE)
    # The program belongs to root and cannot be written by the one who runs it.
    assert re.search(rf"COPY --from=build --chown=0:0 --chmod=0555 /programs/{program} ", stage(program))


def test_what_is_built_follows_from_the_sources_and_the_images_alone() -> None:
    assert "cargo build --locked --release" in stage("build")
    assert re.search(r"^ARG BUILD_IMAGE=\S+:[\d.]+-\S+$", DOCKERFILE, re.MULTILINE), "a version, not `latest`"
    assert not re.search(r"apt-get|curl|wget|git clone", DOCKERFILE)


def test_the_build_sees_every_member_of_the_workspace_and_no_more() -> None:
    seen = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    manifest = (ROOT / "Cargo.toml").read_text()
    members = set(re.findall(r'"([^"]+)"', re.search(r"^members = \[(.*?)\]", manifest, re.MULTILINE | re.DOTALL).group(1)))
    targets = {path.rsplit("/", 1)[0] for path in re.findall(r'^path = "(tests/[^"]+)"', manifest, re.MULTILINE)}
    assert members | targets <= seen
    assert not {".git", "target", "k8s", "docs"} & seen


@pytest.mark.parametrize("name", [name for name in COMPOSE["services"] if name != "postgres"])
def test_containers_run_without_root_and_with_a_read_only_root(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["user"].split(":")[0] != "0" and service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_ports_are_open_to_this_machine_alone_and_images_have_a_version(name: str) -> None:
    service = COMPOSE["services"][name]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert re.search(r":v?\d", service["image"])


def test_the_services_wait_for_the_migration_by_themselves() -> None:
    assert COMPOSE["services"]["migrate"]["command"] == ["migrate", "up"]
    for name in OURS:
        assert list(COMPOSE["services"][name]["depends_on"]) == ["postgres"]


def test_mounted_files_exist() -> None:
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith("./") or (ROOT / source).exists(), source


def test_compose_settings_are_ones_that_the_services_know() -> None:
    for name in OURS:
        for variable in COMPOSE["services"][name]["environment"]:
            assert variable.removeprefix("PERFTRACK_").lower() in known_settings(), variable
