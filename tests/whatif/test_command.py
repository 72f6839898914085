"""`valvomo whatif` as an operator runs it."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from sample_morning import Morning

pytestmark = pytest.mark.slow  # each starts the command


async def valvomo(morning: Morning, *arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "valvomo", "whatif", *map(str, arguments),
        env={**os.environ, "VALVOMO_DATABASE_URL": morning.house.database.url, "COLUMNS": "160"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


def written(folder: Path, name: str, body: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(body), encoding="utf-8")
    return path


async def test_a_recorded_hour_with_changes_as_a_table(morning: Morning, tmp_path: Path) -> None:
    await morning.plain()
    changes = written(tmp_path, "changes.json", {"agents": {"remove": ["Eino Mäkelä"]}})
    # Times without a zone are those of the organization: Helsinki is two hours ahead.
    code, out, err = await valvomo(
        morning, "--from", "2026-03-02T11:00:00", "--to", "2026-03-02T12:00:00", "--changes", changes
    )
    assert code == 0, err
    assert "All queues, 2026-03-02 09:00 to 2026-03-02 10:00 UTC" in out
    row = next(line for line in out.splitlines() if line.startswith("│ served"))
    assert [cell.strip() for cell in row.strip("│").split("│")] == ["served", "2", "3", "0", "-3 *"]


async def test_a_made_up_load_as_json(morning: Morning, tmp_path: Path) -> None:
    body = {"hours": 1, "streams": [{"workstream": "Web chat", "per_hour": 60, "talk": 60}]}
    load = written(tmp_path, "load.json", body)
    code, out, err = await valvomo(morning, "--synthetic", load, "--replications", "2", "--json")
    assert code == 0, err
    found = json.loads(out)
    assert (found["replications"], found["expected"], found["agents"]) == (2, 60, [6, None])
    assert found["scopes"][0]["figures"]["served"]["today"]["mean"] > 30


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"agents": {"remove": ["Nobody"]}}, "changes.agents.remove.0: there is no agent 'Nobody'"),
        ({"agent": {}}, "unknown field `agent`"),
    ],
)
async def test_what_is_wrong_is_said_in_a_line(
    morning: Morning, tmp_path: Path, body: Any, said: str
) -> None:
    load = written(
        tmp_path, "load.json", {"streams": [{"workstream": "Web chat", "per_hour": 6, "talk": 60}]}
    )
    code, out, err = await valvomo(
        morning, "--synthetic", load, "--changes", written(tmp_path, "changes.json", body)
    )
    assert (code, out) == (1, "")
    assert said in err
    assert len(err.splitlines()) == 1


async def test_replay_ends_with_1_when_something_differs(morning: Morning) -> None:
    await morning.routes()
    code, out, err = await valvomo(morning, "--replay")
    assert code == 0, out + err
    assert "decisions made again: all as recorded" in out
    await morning.forge()
    code, out, err = await valvomo(morning, "--replay")
    assert code == 1, out + err
    forged, summary = out.splitlines()
    assert ": agent: recorded " in forged
    assert summary.endswith("decisions made again: 1 differ")
