#!/usr/bin/env python3
"""The table of settings in docs/configure.md, from their schema (which a test of the services holds to their list)."""

import json
from pathlib import Path

from written import write_or_check

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- settings: written by scripts/docs -->\n", "<!-- end of settings -->\n"


def whose(programs: list[str]) -> str:
    """Which of the two services reads it."""
    services = [program.removesuffix("-svc") for program in programs if program.endswith("-svc")]
    return "both" if len(services) == 2 else services[0]


def table() -> str:
    """Markdown, in the order of the alphabet."""
    settings = json.loads((ROOT / "service/settings.schema.json").read_text())["properties"]
    lines = ["| setting | of | default | what it does | a value is |", "|---|---|---|---|---|"]
    for name, it in sorted(settings.items()):
        default = f"`{it['default']}`" if "default" in it else ""
        if name == "listen_addr":
            default = "`127.0.0.1:50051`, analysis `:50052`"
        cells = [f"`{name}`", whose(it["x-programs"]), default, it["description"], it["x-expected"]]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    path = ROOT / "docs/configure.md"
    before, rest = path.read_text().split(BEGIN)
    _, after = rest.split(END)
    write_or_check(path, before + BEGIN + table() + END + after)


if __name__ == "__main__":
    main()
