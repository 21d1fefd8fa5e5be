"""What operators are promised of the Kubernetes manifests: one function for each rule, over every overlay."""

import re
import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from manifests import (
    OVERLAYS,
    ROOT,
    built,
    containers,
    known_settings,
    labels,
    manifests,
    mebibytes,
    named,
    pod,
    rendered,
    seconds,
    selects,
    servers,
    settings,
    workloads,
)

CUSTOM = {"ServiceMonitor", "GRPCRoute", "BackendTLSPolicy", "Certificate"}

pytestmark = pytest.mark.parametrize("overlay", OVERLAYS)


@pytest.mark.parametrize("version", ["1.31", "1.34", "1.37"])
def test_every_manifest_fits_the_schema_of_supported_versions(overlay: str, version: str) -> None:
    checked = 0
    for manifest in manifests(overlay):
        if manifest["kind"] not in CUSTOM:
            kubernetes_validate.validate(manifest, version, strict=True)
            checked += 1
    assert checked > 15


def test_the_namespace_enforces_the_restricted_standard(overlay: str) -> None:
    namespace = named(overlay, "Namespace", "perftrack")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for manifest in manifests(overlay):
        if manifest["kind"] != "Namespace":
            assert manifest["metadata"]["namespace"] == "perftrack", manifest["metadata"]["name"]


def test_every_pod_keeps_the_restricted_standard(overlay: str) -> None:
    for workload in workloads(overlay):
        spec = pod(workload)
        context = spec["securityContext"]
        assert context["runAsNonRoot"] is True and context["runAsUser"] > 0
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not any(spec.get(field) for field in ["hostNetwork", "hostPID", "hostIPC"])
        assert all(set(volume) & {"secret", "configMap", "emptyDir"} for volume in spec.get("volumes", []))
        for container in containers(workload):
            own = container["securityContext"]
            assert own["allowPrivilegeEscalation"] is False
            assert own["capabilities"] == {"drop": ["ALL"]}
            assert all("hostPort" not in port for port in container.get("ports", []))


def test_no_container_writes_to_its_image(overlay: str) -> None:
    for workload in workloads(overlay):
        for container in containers(workload):
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, container["name"]


def test_nobody_is_given_a_token_to_the_cluster(overlay: str) -> None:
    accounts = {m["metadata"]["name"]: m for m in manifests(overlay, "ServiceAccount")}
    for workload in workloads(overlay):
        assert pod(workload)["automountServiceAccountToken"] is False
        assert accounts[pod(workload)["serviceAccountName"]]["automountServiceAccountToken"] is False
    assert len({pod(workload)["serviceAccountName"] for workload in workloads(overlay)}) == len(workloads(overlay))
    assert not manifests(overlay, "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")


def test_images_are_of_one_release_by_name(overlay: str) -> None:
    tags = set()
    for workload in workloads(overlay):
        for container in containers(workload):
            name, tag = container["image"].rsplit(":", 1)
            assert tag != "latest"
            if name.startswith("perftrack/"):
                tags.add(tag)
    assert len(tags) == 1, tags


def test_every_container_says_what_it_needs(overlay: str) -> None:
    for workload in workloads(overlay):
        for container in containers(workload):
            needs = container["resources"]
            assert {"cpu", "memory"} <= set(needs["requests"]), container["name"]
            assert mebibytes(needs["limits"]["memory"]) >= mebibytes(needs["requests"]["memory"])
            # A limit on the processor slows a service down that has an idle node to itself.
            assert "cpu" not in needs["limits"]


def test_the_analysis_has_room_beside_its_alerts(overlay: str) -> None:
    analysis = named(overlay, "Deployment", "perftrack-analysis")
    limit = mebibytes(containers(analysis)[0]["resources"]["limits"]["memory"])
    assert limit >= 1.25 * int(settings(overlay, analysis)["PERFTRACK_DATASET_MEMORY_MB"])


def test_probes_ask_health_over_grpc_in_the_clear(overlay: str) -> None:
    for server in servers(overlay):
        container = containers(server)[0]
        address = settings(overlay, server)["PERFTRACK_HEALTH_LISTEN_ADDR"]
        for probe in ["startupProbe", "livenessProbe", "readinessProbe"]:
            assert container[probe]["grpc"]["port"] == int(address.rsplit(":", 1)[1]), probe


def test_a_database_that_is_away_restarts_nobody(overlay: str) -> None:
    for server in servers(overlay):
        container = containers(server)[0]
        assert container["livenessProbe"]["grpc"]["service"] == "liveness"
        assert container["startupProbe"]["grpc"]["service"] == "liveness"
        assert container["readinessProbe"]["grpc"].get("service", "") == ""


def test_a_new_pod_serves_before_an_old_one_goes(overlay: str) -> None:
    for server in servers(overlay):
        assert server["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_a_pod_is_killed_only_after_it_had_time_to_drain(overlay: str) -> None:
    for server in servers(overlay):
        its = settings(overlay, server)
        drain = seconds(its["PERFTRACK_SHUTDOWN_DELAY"]) + seconds(its["PERFTRACK_DRAIN_TIMEOUT"])
        assert pod(server)["terminationGracePeriodSeconds"] >= drain + 10


def test_an_old_pod_goes_on_until_every_client_has_asked_for_names_again(overlay: str) -> None:
    # gRPC's libraries ask each 30 s at most, and what they hear may be as old as the records live in the cluster's DNS.
    between_questions, records_live = 30, 30
    for server in servers(overlay):
        delay = seconds(settings(overlay, server)["PERFTRACK_SHUTDOWN_DELAY"])
        assert delay >= between_questions + records_live


def test_grpc_clients_see_every_pod(overlay: str) -> None:
    for server in servers(overlay):
        service = named(overlay, "Service", server["metadata"]["name"])
        assert service["spec"]["clusterIP"] == "None"
        assert service["spec"]["selector"].items() <= labels(server).items()
        ports = {port["name"]: port["containerPort"] for port in containers(server)[0]["ports"]}
        grpc = next(port for port in service["spec"]["ports"] if port["name"] == "grpc")
        assert grpc["targetPort"] == "grpc" and grpc["port"] == ports["grpc"]
        assert settings(overlay, server)["PERFTRACK_LISTEN_ADDR"].endswith(f":{ports['grpc']}")
        assert settings(overlay, server)["PERFTRACK_METRICS_LISTEN_ADDR"].endswith(f":{ports['metrics']}")


def test_a_drained_node_takes_one_pod_of_each_at_a_time(overlay: str) -> None:
    for server in servers(overlay):
        budget = named(overlay, "PodDisruptionBudget", server["metadata"]["name"])["spec"]
        assert budget["maxUnavailable"] == 1 and budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
        assert selects(budget["selector"], labels(server))


def test_pods_spread_over_zones_and_nodes_and_never_stay_unscheduled_for_it(overlay: str) -> None:
    for server in servers(overlay):
        spread = pod(server)["topologySpreadConstraints"]
        assert {rule["topologyKey"] for rule in spread} == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}
        for rule in spread:
            assert rule["whenUnsatisfiable"] == "ScheduleAnyway" and selects(rule["labelSelector"], labels(server))


def test_the_migration_is_a_plain_job_that_nothing_waits_for(overlay: str) -> None:
    job = manifests(overlay, "Job")[0]
    assert containers(job)[0]["args"] == ["migrate", "up"]
    annotations = [m["metadata"].get("annotations", {}) for m in manifests(overlay)]
    assert not [key for its in annotations for key in its if "hook" in key or "sync-wave" in key]
    for server in servers(overlay):
        assert "initContainers" not in pod(server)
        # They wait by themselves: that is what they do where nothing is said, and `auto` would be two ways at once.
        assert "PERFTRACK_MIGRATE" not in settings(overlay, server)


def test_each_release_has_a_migration_of_its_own(overlay: str) -> None:
    job = manifests(overlay, "Job")[0]
    tag = containers(job)[0]["image"].rsplit(":", 1)[1]
    assert job["metadata"]["labels"]["app.kubernetes.io/version"] == tag, "the label and the images are of one release"
    assert job["metadata"]["name"] == f"perftrack-migrate-{tag}"
    assert job["spec"]["backoffLimit"] >= 6 and pod(job)["restartPolicy"] == "OnFailure"


@pytest.mark.parametrize("image", ["localhost:5000/tracker-svc:0.2.0", f"registry.example/tracker-svc@sha256:{'0f' * 32}"])
def test_images_may_be_of_any_registry_and_fixed_by_digest(overlay: str, image: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "k8s", tmp_path / "k8s")
    folder = tmp_path / "k8s/overlays" / overlay
    subprocess.run(["kustomize", "edit", "set", "image", f"perftrack/tracker-svc={image}"], check=True, cwd=folder)
    job = next(m for m in yaml.safe_load_all(built(folder)) if m["kind"] == "Job")
    assert containers(job)[0]["image"] == image
    # As long as a label's value may be: the Job's pods carry its name in one.
    assert re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?", job["metadata"]["name"]), job["metadata"]["name"]


def test_nothing_passes_the_network_unless_a_policy_says_so(overlay: str) -> None:
    deny = named(overlay, "NetworkPolicy", "default-deny")["spec"]
    assert deny["podSelector"] == {} and set(deny["policyTypes"]) == {"Ingress", "Egress"} and "ingress" not in deny
    for policy in manifests(overlay, "NetworkPolicy"):
        for direction in ["ingress", "egress"]:
            for rule in policy["spec"].get(direction, []):
                assert rule.get("ports"), f"{policy['metadata']['name']} opens every port"
                assert rule.get("from" if direction == "ingress" else "to"), f"{policy['metadata']['name']} opens to all"


def test_every_policy_means_somebody(overlay: str) -> None:
    for policy in manifests(overlay, "NetworkPolicy"):
        selector = policy["spec"]["podSelector"]
        assert any(selects(selector, labels(workload)) for workload in workloads(overlay)), policy["metadata"]["name"]


def test_everybody_who_needs_the_database_may_reach_it(overlay: str) -> None:
    for workload in [*servers(overlay), manifests(overlay, "Job")[0]]:
        policies = [m["spec"] for m in manifests(overlay, "NetworkPolicy") if m["metadata"]["name"] != "default-deny"]
        open_ports = [
            port["port"]
            for policy in policies
            if selects(policy["podSelector"], labels(workload))
            for rule in policy.get("egress", [])
            for port in rule["ports"]
        ]
        assert 5432 in open_ports, workload["metadata"]["name"]


def test_only_the_tracker_reaches_the_internet_and_no_private_network(overlay: str) -> None:
    for policy in manifests(overlay, "NetworkPolicy"):
        for rule in policy["spec"].get("egress", []):
            for block in (to["ipBlock"] for to in rule["to"] if "ipBlock" in to):
                if block["cidr"] == "0.0.0.0/0":
                    assert policy["metadata"]["name"] == "perftrack-tracker"
                    assert rule["ports"] == [{"protocol": "TCP", "port": 443}]
                    # The metadata service of clouds among them, which hands out keys.
                    assert {"10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"} <= set(block["except"])


def test_secrets_are_files_never_variables(overlay: str) -> None:
    assert "secretKeyRef" not in rendered(overlay)
    for workload in workloads(overlay):
        for name, value in settings(overlay, workload).items():
            assert "://" not in value or "@" not in value, f"{name} holds a password"
            if re.search("PASSWORD|API_KEY|DATABASE_URL|TOKEN", name):
                assert value.startswith("/etc/perftrack/"), f"{name} is no file"
        for volume in pod(workload).get("volumes", []):
            if "secret" in volume:
                assert volume["secret"]["defaultMode"] == 0o440


def test_every_setting_is_one_that_the_services_know(overlay: str) -> None:
    for workload in [*servers(overlay), manifests(overlay, "Job")[0]]:
        for name in settings(overlay, workload):
            assert name.removeprefix("PERFTRACK_").lower() in known_settings(), name


def test_production_has_no_database_in_the_cluster(overlay: str) -> None:
    assert bool(manifests(overlay, "StatefulSet")) == (overlay == "dev")
