#!/usr/bin/env python3
"""The table of settings in docs/configure.md, from the list of keys in service/."""

import re
from pathlib import Path

from written import write_or_check

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ["service/src/config/keys.rs", "service/src/config/keys", "service/src/telemetry/settings.rs"]
BEGIN, END = "<!-- settings: written by scripts/docs -->\n", "<!-- end of settings -->\n"
TEXT = r'"((?:[^"\\]|\\.)*)"'
KEY = re.compile(
    rf"pub const \w+: Key<([^=]+)>\s*=\s*Key::new\(\s*{TEXT},\s*{TEXT},\s*{TEXT},\s*{TEXT},?\s*\)(.*?);\n",
    re.DOTALL,
)


def unescaped(text: str) -> str:
    """A Rust string as it reads: a backslash at a line's end takes the line break and the indentation away."""
    return re.sub(r"\\\n\s*", "", text).replace('\\"', '"')


def settings() -> list[tuple[str, str, str, str]]:
    """Name, placeholder, help and default of every setting, each name once."""
    files = [file for name in SOURCES for file in sorted([ROOT / name] if name.endswith(".rs") else (ROOT / name).glob("*.rs"))]
    found = {}
    for file in files:
        if not file.exists():
            continue
        for kind, name, _, placeholder, text, rest in KEY.findall(file.read_text()):
            default = re.search(rf"\.default\({TEXT}\)", rest)
            what = unescaped(text)
            if kind.strip() in ("Secret", "DatabaseUrl"):
                what += f". Or a file that holds it: `PERFTRACK_{name.upper()}_FILE`"
            value = f"`{default.group(1)}`" if default else ""
            if name == "listen_addr":
                what, value = what, "`127.0.0.1:50051`, analysis `127.0.0.1:50052`"
            found.setdefault(name, (name, placeholder, what, value))
    return list(found.values())


def table() -> str:
    """Markdown."""
    lines = ["| setting | value | default | what it does |", "|---|---|---|---|"]
    for name, placeholder, what, default in settings():
        lines.append(f"| `{name}` | {placeholder} | {default} | {what.replace('|', chr(92) + '|')} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    path = ROOT / "docs/configure.md"
    before, rest = path.read_text().split(BEGIN)
    _, after = rest.split(END)
    write_or_check(path, before + BEGIN + table() + END + after)


if __name__ == "__main__":
    main()
