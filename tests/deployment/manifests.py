"""What kustomize makes of each overlay, and the parts of it that rules speak of."""

import functools
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = ["dev", "production"]
SERVERS = ["tracker", "analysis"]

Manifest = dict[str, Any]


def known_settings() -> set[str]:
    """The names of all settings of the services."""
    return set(json.loads((ROOT / "service/settings.schema.json").read_text())["properties"])


@functools.cache
def rendered(overlay: str) -> str:
    """The overlay as text, as it would be applied."""
    return built(ROOT / "k8s/overlays" / overlay)


def built(folder: Path) -> str:
    """What kustomize makes of a folder."""
    return subprocess.run(["kustomize", "build", str(folder)], check=True, capture_output=True, text=True).stdout


def manifests(overlay: str, *kinds: str) -> list[Manifest]:
    """Its manifests of these kinds, or all."""
    return [m for m in yaml.safe_load_all(rendered(overlay)) if not kinds or m["kind"] in kinds]


def named(overlay: str, kind: str, name: str) -> Manifest:
    """The one of that name; a generated name may carry a hash."""
    found = [m for m in manifests(overlay, kind) if re.fullmatch(rf"{name}(-[a-z0-9]{{10}})?", m["metadata"]["name"])]
    assert len(found) == 1, f"{overlay} has {len(found)} of {kind} {name}"
    return found[0]


def workloads(overlay: str) -> list[Manifest]:
    """All that makes pods."""
    return manifests(overlay, "Deployment", "StatefulSet", "Job", "CronJob", "DaemonSet")


def servers(overlay: str) -> list[Manifest]:
    """The Deployments of the two services."""
    return [named(overlay, "Deployment", f"perftrack-{server}") for server in SERVERS]


def pod(workload: Manifest) -> Manifest:
    """The pod that a workload makes."""
    return workload["spec"]["template"]["spec"]


def labels(workload: Manifest) -> dict[str, str]:
    """The labels of its pods."""
    return workload["spec"]["template"]["metadata"]["labels"]


def containers(workload: Manifest) -> list[Manifest]:
    """All of its containers."""
    return pod(workload).get("initContainers", []) + pod(workload)["containers"]


def settings(overlay: str, workload: Manifest) -> dict[str, str]:
    """The environment of a workload's container, with what comes from the ConfigMap."""
    container = containers(workload)[0]
    variables: dict[str, str] = {}
    for source in container.get("envFrom", []):
        config = source["configMapRef"]["name"]
        variables |= next(m["data"] for m in manifests(overlay, "ConfigMap") if m["metadata"]["name"] == config)
    return variables | {variable["name"]: variable["value"] for variable in container.get("env", [])}


def selects(selector: Manifest, its_labels: dict[str, str]) -> bool:
    """Whether a label selector fits."""
    equal = all(its_labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    among = all(
        its_labels.get(rule["key"]) in rule["values"]
        for rule in selector.get("matchExpressions", [])
        if rule["operator"] == "In"
    )
    return equal and among


def seconds(duration: str) -> float:
    """`5s` or `2m`."""
    number, unit = re.fullmatch(r"(\d+)(s|m)", duration).groups()
    return int(number) * {"s": 1, "m": 60}[unit]


def mebibytes(quantity: str) -> float:
    """`512Mi` or `2Gi`."""
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi)", quantity).groups()
    return int(number) * {"Mi": 1, "Gi": 1024}[unit]
