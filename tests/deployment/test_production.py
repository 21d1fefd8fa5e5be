"""What operators are promised of the overlay `production` beside what holds for every overlay."""

import re

from manifests import ROOT, SERVERS, containers, manifests, named, selects, servers, settings

OVERLAY = "production"


def test_production_is_encrypted_and_asks_for_tokens() -> None:
    for server in servers(OVERLAY):
        its = settings(OVERLAY, server)
        mounts = [mount["mountPath"] for mount in containers(server)[0]["volumeMounts"]]
        for name in ["TLS_CERT_FILE", "TLS_KEY_FILE", "TOKENS_FILE"]:
            assert its[f"PERFTRACK_{name}"].rsplit("/", 1)[0] in mounts
        # A file that is mounted by itself is never renewed.
        assert all("subPath" not in mount for mount in containers(server)[0]["volumeMounts"])
    assert not manifests(OVERLAY, "Secret"), "secrets do not belong into a repository"


def test_production_scales_by_itself_between_bounds() -> None:
    for server in servers(OVERLAY):
        scaler = named(OVERLAY, "HorizontalPodAutoscaler", server["metadata"]["name"])["spec"]
        assert scaler["scaleTargetRef"]["name"] == server["metadata"]["name"]
        assert 2 <= scaler["minReplicas"] < scaler["maxReplicas"]
        assert "replicas" not in server["spec"], "a release would undo what the autoscaler did"


def test_components_name_ports_and_services_that_exist() -> None:
    services = {m["metadata"]["name"]: m for m in manifests(OVERLAY, "Service")}
    for endpoint in named(OVERLAY, "ServiceMonitor", "perftrack")["spec"]["endpoints"]:
        assert all(endpoint["port"] in [port["name"] for port in s["spec"]["ports"]] for s in services.values())
    selector = named(OVERLAY, "ServiceMonitor", "perftrack")["spec"]["selector"]
    assert all(selects(selector, service["metadata"]["labels"]) for service in services.values())
    rules = named(OVERLAY, "GRPCRoute", "perftrack")["spec"]["rules"]
    for rule in rules:
        for backend in rule["backendRefs"]:
            assert backend["port"] in [port["port"] for port in services[backend["name"]]["spec"]["ports"]]
    routed = {match["method"]["service"] for rule in rules for match in rule["matches"]}
    proto = "\n".join(path.read_text() for path in (ROOT / "proto").rglob("*.proto"))
    assert routed == {f"perftrack.v1.{name}" for name in re.findall(r"^service (\w+)", proto, re.MULTILINE)}
    certificate = named(OVERLAY, "Certificate", "perftrack-tls")["spec"]
    assert {f"perftrack-{server}.perftrack.svc" for server in SERVERS} <= set(certificate["dnsNames"])
    backend = named(OVERLAY, "BackendTLSPolicy", "perftrack")["spec"]
    assert backend["validation"]["hostname"] in certificate["dnsNames"]
