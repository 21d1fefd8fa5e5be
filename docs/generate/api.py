#!/usr/bin/env python3
"""docs/api.md from a compiled contract: every call, message and enum of perftrack.v1 with its comments."""

import re
import sys
from pathlib import Path

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)
from written import write_or_check

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "perftrack.v1"
SCALARS = {
    value.number: value.name.removeprefix("TYPE_").lower() for value in FieldDescriptorProto.Type.DESCRIPTOR.values
}
SERVICES, MESSAGES, ENUMS, FIELDS, METHODS, VALUES, NESTED_MESSAGES, NESTED_ENUMS = 6, 4, 5, 2, 2, 2, 3, 4


class File:
    """A proto file and the comments in it."""

    def __init__(self, file: FileDescriptorProto) -> None:
        self.file = file
        self.comments = {tuple(at.path): at.leading_comments for at in file.source_code_info.location}

    def comment(self, *path: int) -> str:
        """What stands above the element."""
        return "\n".join(line.strip() for line in self.comments.get(path, "").strip().splitlines())


def in_a_cell(text: str) -> str:
    """Text for one cell of a table."""
    return re.sub(r"\s*\n\s*", " ", text).replace("|", "\\|").replace("<", "&lt;")


def anchor(name: str) -> str:
    """The link to a heading."""
    return f"[{name}](#{name.lower().replace('.', '')})"


def type_of(field: FieldDescriptorProto, message: DescriptorProto) -> str:
    """A field's type, linked where it is ours."""
    name = field.type_name.lstrip(".")
    entry = next((n for n in message.nested_type if n.options.map_entry and name.endswith(f".{n.name}")), None)
    if entry:
        return f"map of {type_of(entry.field[0], entry)} to {type_of(entry.field[1], entry)}"
    if not name:
        kind = SCALARS[field.type]
    elif name.startswith(f"{PACKAGE}."):
        kind = anchor(name.removeprefix(f"{PACKAGE}."))
    else:
        kind = f"`{name}`"
    if field.label == FieldDescriptorProto.LABEL_REPEATED:
        return f"repeated {kind}"
    return f"optional {kind}" if field.proto3_optional else kind


def service(file: File, index: int, it: ServiceDescriptorProto) -> list[str]:
    lines = [f"## {it.name}", "", file.comment(SERVICES, index), ""]
    for number, method in enumerate(it.method):
        stream = ("stream of " if method.client_streaming else "", "stream of " if method.server_streaming else "")
        names = [name.rsplit(".", 1)[1] for name in (method.input_type, method.output_type)]
        lines += [
            f"### {method.name}",
            "",
            f"{stream[0]}{anchor(names[0])} → {stream[1]}{anchor(names[1])}",
            "",
            file.comment(SERVICES, index, METHODS, number),
            "",
        ]
    return lines


def message(file: File, path: tuple[int, ...], it: DescriptorProto, outer: str = "") -> list[str]:
    name = f"{outer}{it.name}"
    lines = [f"### {name}", "", file.comment(*path), ""]
    if it.field:
        lines += ["| field | type | |", "|---|---|---|"]
    for number, field in enumerate(it.field):
        text = in_a_cell(file.comment(*path, FIELDS, number))
        if field.HasField("oneof_index") and not field.proto3_optional:
            text = f"(one of `{it.oneof_decl[field.oneof_index].name}`) {text}"
        lines.append(f"| `{field.name}` | {type_of(field, it)} | {text} |")
    lines.append("")
    for number, nested in enumerate(it.nested_type):
        if not nested.options.map_entry:
            lines += message(file, (*path, NESTED_MESSAGES, number), nested, f"{name}.")
    for number, nested in enumerate(it.enum_type):
        lines += enum(file, (*path, NESTED_ENUMS, number), nested, f"{name}.")
    return lines


def enum(file: File, path: tuple[int, ...], it: EnumDescriptorProto, outer: str = "") -> list[str]:
    lines = [f"### {outer}{it.name}", "", file.comment(*path), "", "| value | |", "|---|---|"]
    for number, value in enumerate(it.value):
        lines.append(f"| `{value.name}` | {in_a_cell(file.comment(*path, VALUES, number))} |")
    return [*lines, ""]


def reference(contract: FileDescriptorSet) -> str:
    """All of it: the services first."""
    files = [File(file) for file in contract.file if file.package == PACKAGE]
    lines = [
        "# API reference",
        "",
        "Written by `scripts/docs` from the protos. Every server answers reflection with the same comments.",
        "",
    ]
    for file in files:
        for index, it in enumerate(file.file.service):
            lines += service(file, index, it)
    lines += ["## Messages", ""]
    for file in files:
        for index, it in enumerate(file.file.message_type):
            lines += message(file, (MESSAGES, index), it)
        for index, it in enumerate(file.file.enum_type):
            lines += enum(file, (ENUMS, index), it)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip() + "\n"


def main() -> None:
    contract = FileDescriptorSet.FromString(Path(sys.argv[1]).read_bytes())
    write_or_check(ROOT / "docs/api.md", reference(contract))


if __name__ == "__main__":
    main()
