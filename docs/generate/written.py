"""A file that is written, or only compared with what would be."""

import sys
from pathlib import Path


def write_or_check(path: Path, text: str) -> None:
    """Writes `text`; with `--check` among the arguments it ends the program where that would change the file."""
    if "--check" not in sys.argv[1:]:
        path.write_text(text)
    elif not path.exists() or path.read_text() != text:
        sys.exit(f"{path} is not current: run scripts/docs")
