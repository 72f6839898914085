"""The benchmark beside others, played small with ourselves alone: nothing lost, doubled, out of order or untrue."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


pytestmark = pytest.mark.slow  # a real server, its database, and clients


def test_nothing_goes_wrong_under_churn(tmp_path: Path) -> None:
    out = tmp_path / "peers.md"
    marks = ("<!-- figures of bench/peers.py -->", "<!-- end of the figures -->")
    out.write_text(f"before\n{marks[0]}\nold figures\n{marks[1]}\nafter\n")
    words = [
        sys.executable,
        str(ROOT / "bench" / "peers.py"),
        "--systems=valvomo",
        "--workload=churn",
        "--rounds=1",
    ]
    size = [
        "--seconds=2.5",
        "--pause=1",
        "--conversations=6",
        "--supervisors=2",
        "--no-controls",
        f"--out={out}",
    ]
    done = subprocess.run([*words, *size], capture_output=True, text=True, check=False, timeout=480)
    assert done.returncode == 0, done.stdout + done.stderr
    text = out.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old figures" not in text
    row = next(line for line in text.splitlines() if line.startswith("| valvomo | **"))
    assert row.endswith("| nothing |")
    assert "all is as it was written" in done.stderr
