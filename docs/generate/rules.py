#!/usr/bin/env python3
"""The alert rules as the Prometheus operator takes them, from observability/alerts.yml."""

from pathlib import Path

from written import write_or_check

ROOT = Path(__file__).resolve().parents[2]
HEAD = """# Written by scripts/docs from observability/alerts.yml.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: perftrack
spec:
"""


def main() -> None:
    rules = (ROOT / "observability/alerts.yml").read_text()
    lines = rules[rules.index("groups:") :].splitlines()
    text = HEAD + "".join(f"  {line}\n" for line in lines)
    write_or_check(ROOT / "k8s/components/service-monitor/rules.yaml", text)


if __name__ == "__main__":
    main()
