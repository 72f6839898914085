"""The control of the database: `pgbench` with the statements of one message, each message in its own transaction."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from floor_place import Place
from valvomo.db.statements import statements

_DRAW = """\\set pick :client_id + 1
\\set dice random(1, 9000000000000000)
BEGIN;
{lock} \\gset
\\set next_version :version + 1
\\set next_revision :revision + 1
\\set next_seq :seq + 1
\\set next_public :public_seq + 1
"""
_TEXT = "'I ordered a week ago and nothing has come yet, can you see where my parcel is, please?'"


def pgbench() -> Path | None:
    """The program: of the PATH, or of the newest PostgreSQL where Debian puts them."""
    found = shutil.which("pgbench")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    return Path(found) if found else (installed[-1] if installed else None)


def script(place: Place) -> str:
    """The message lane's statements as they are in `db/sql`, for one message of the client's own conversation."""
    organization = f"'{place.organization_id}'"
    ids = ",".join(f"'{one.id}'" for one in place.talks)
    mine = f"(ARRAY[{ids}])[:pick]"
    head = _DRAW.format(lock=_filled("conversations.lock_many", [organization, mine, "-1"]))
    steps = [
        _filled("messages.known", [organization, ":id", ":owner_id", "(:dice)::text"]),
        _filled("messages.write", [_MESSAGE.format(organization), "'[]'", _COUNTS.format(organization)]),
        _filled("journal.append", [organization, _FACT]),
    ]
    return head + ";\n".join(steps) + ";\nCOMMIT;\n"


_MESSAGE = (
    "jsonb_build_array(jsonb_build_object('organization_id', {}, 'conversation_id', (:id)::text,"
    " 'seq', (:next_seq)::bigint, 'public_seq', (:next_public)::bigint, 'id', (:dice)::text,"
    " 'author_id', (:owner_id)::text, 'author_role', 'primary', 'author_name', 'Agent', 'text', "
    + _TEXT
    + ","
    " 'client_id', (:dice)::text, 'at', clock_timestamp()))"
)
_COUNTS = (
    "jsonb_build_array(jsonb_build_object('organization_id', {}, 'id', (:id)::text,"
    " 'version', (:next_version)::bigint, 'revision', (:next_revision)::bigint, 'seq', (:next_seq)::bigint,"
    " 'public_seq', (:next_public)::bigint, 'first_response_at', clock_timestamp(),"
    " 'last_message_at', clock_timestamp()))"
)
_FACT = (
    "jsonb_build_array(jsonb_build_object('conversation_id', (:id)::text, 'version', (:next_version)::bigint,"
    " 'kind', 'message_posted', 'actor_id', (:owner_id)::text, 'actor_name', 'Agent', 'at', clock_timestamp(),"
    " 'audited', false, 'notify', '[]'::jsonb, 'body', jsonb_build_object('message_id', (:dice)::text,"
    " 'seq', (:next_seq)::bigint, 'public_seq', (:next_public)::bigint, 'author_id', (:owner_id)::text,"
    " 'author_role', 'primary', 'visibility', 'public', 'digest', md5((:dice)::text) || md5((:id)::text))))"
)


def _filled(key: str, values: Sequence[str]) -> str:
    """A statement on one line with values in place of its parameters; an array gets its one element."""
    sql = " ".join(line.split("--")[0].strip() for line in statements()[key].sql.splitlines())
    sql = re.sub(
        r"\$(\d+)::(\w+)\[\]", lambda found: f"ARRAY[{values[int(found[1]) - 1]}]::{found[2]}[]", sql
    )
    sql = re.sub(r"\$(\d+)", lambda found: f"({values[int(found[1]) - 1]})", sql)
    return sql.strip().rstrip(";")


def run(program: Path, url: str, place: Place, *, folder: Path, seconds: float) -> tuple[float, list[float]]:
    """Transactions a second, and how long each took in seconds."""
    path = folder / "message.sql"
    path.write_text(script(place), encoding="utf-8")
    for old in folder.glob("transactions*"):
        old.unlink()
    result = subprocess.run(
        [program, "--no-vacuum", f"--client={len(place.talks)}", "--jobs=2", "--protocol=prepared",
         f"--time={max(1, round(seconds))}", f"--file={path}", "--log", f"--log-prefix={folder / 'transactions'}",
         url],
        capture_output=True, text=True, check=False, timeout=seconds + 60, cwd=folder,
    )  # fmt: skip
    rate = re.search(r"tps = ([\d.]+)", result.stdout)
    if result.returncode:
        raise RuntimeError(f"pgbench: {result.stderr.strip()[-1000:]}")
    lines = [line for log in folder.glob("transactions*") for line in log.read_text().splitlines()]
    # On a machine that does something else not one may have been done in time: then no rate is told.
    return float(rate[1]) if rate else 0.0, [int(line.split()[2]) / 1e6 for line in lines]
