"""The bot of the README runs as it stands there."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_example_bot_records_once_and_reads_back(addresses):
    example = ROOT / "examples" / "python" / "bot.py"
    done = subprocess.run(
        [sys.executable, str(example), addresses["tracker"]], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    first, second, read_back, *brought_along = done.stdout.splitlines()
    assert "duplicate" not in first and "'duplicate': True" in second
    assert read_back == "SOL OUTCOME_STATUS_TRACKING 8"
    assert brought_along == ["brought along 1 for the first time", "brought along 2 for the first time"]
