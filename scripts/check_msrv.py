#!/usr/bin/env python3
"""The stated `rust-version` is honest about the dependencies: none of them needs a newer Rust.

Our own use of newer library functions is a lint (`clippy::incompatible_msrv`). With `--build` everything is also compiled
by exactly that version, which takes minutes and a toolchain: do that for a release.
"""

import json
import os
import subprocess
import sys
import tomllib


def version(text: str) -> tuple[int, ...]:
    """`1.94` as (1, 94, 0)."""
    parts = [int(part) for part in text.split(".")]
    return tuple(parts + [0] * (3 - len(parts)))


def toolchain(stated: str) -> str:
    """The name of a toolchain of that version; one is installed where none is there."""
    listed = subprocess.run(["rustup", "toolchain", "list", "--quiet"], check=True, capture_output=True, text=True).stdout
    here = sorted(name for name in listed.split() if name.startswith((f"{stated}.", f"{stated}-")))
    if not here:
        subprocess.run(["rustup", "toolchain", "install", "--profile", "minimal", stated], check=True)
    return here[0] if here else stated


def main() -> int:
    with open("Cargo.toml", "rb") as file:
        stated = tomllib.load(file)["workspace"]["package"]["rust-version"]
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--offline"]
    packages = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["packages"]
    newer = [
        f"{package['name']} {package['version']} needs Rust {package['rust_version']}"
        for package in packages
        if package["rust_version"] and version(package["rust_version"]) > version(stated)
    ]
    silent = [package["name"] for package in packages if package["source"] is None and not package["rust_version"]]
    for problem in newer + [f"{name} states no rust-version" for name in silent]:
        print(f"{problem}; Cargo.toml promises {stated}", file=sys.stderr)
    if newer or silent:
        return 1
    print(f"none of {len(packages)} packages needs a newer Rust than {stated}")
    if "--build" in sys.argv[1:]:
        target = os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "msrv")
        build = ["cargo", f"+{toolchain(stated)}", "check", "--workspace", "--locked", "--target-dir", target]
        return subprocess.run(build, check=False).returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
