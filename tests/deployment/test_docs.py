"""What the documents point at is there."""

import re

import pytest
from manifests import ROOT, known_settings

DOCS = sorted((ROOT / "docs").glob("*.md"))


def anchors(text: str) -> set[str]:
    """The headings of a document, as links name them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = path if not name else path.parent / name
        assert file.exists(), f"{path.name} links to {target}"
        assert not anchor or anchor in anchors(file.read_text()), f"{path.name} links to {target}"


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_files_and_settings_that_are_named_exist(path) -> None:
    text = path.read_text()
    for name in re.findall(r"`((?:scripts|k8s|tests|observability|docs|tracker-svc/src)/[\w./-]+)`", text):
        assert (ROOT / name).exists(), f"{path.name} names {name}"
    for name in re.findall(r"PERFTRACK_([A-Z0-9_]+)", text):
        # What the client reads is no setting of a service.
        if name not in ("TRACKER_URL", "ANALYSIS_URL", "TOKEN_FILE", "ALLOW_PLAINTEXT_TOKEN", "CA_FILE"):
            assert name.lower() in known_settings(), f"{path.name} names {name}"
