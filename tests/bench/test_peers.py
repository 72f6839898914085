"""The benchmark beside others, played small with ourselves alone: nothing lost, doubled, out of order or untrue."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


pytestmark = pytest.mark.slow  # a real server, its database, and clients


def test_nothing_goes_wrong_under_churn(tmp_path: Path) -> None:
    out = tmp_path / "peers.md"
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
    done = subprocess.run([*words, *size], capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    row = next(line for line in out.read_text().splitlines() if line.startswith("| valvomo | **"))
    assert row.endswith("| nothing |")
    assert "all is as it was written" in done.stderr
