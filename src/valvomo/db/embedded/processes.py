"""Which PostgreSQL processes are at work in a data folder.

The pid in ``postmaster.pid`` proves nothing: after a crash, and in every container, the number may belong to
something else by now. What proves it is a process named postgres whose working directory is that folder.
"""

import os
import sys
from pathlib import Path


def postgres_in(cluster: Path) -> list[int] | None:
    """The pids of all postgres processes in ``cluster``; None where the system has no /proc to tell."""
    if sys.platform != "linux":
        return None
    try:
        wanted = cluster.stat()
    except FileNotFoundError:
        return []
    numbered = (entry for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [int(entry.name) for entry in numbered if _is_postgres(entry) and _works_in(entry, wanted)]


def _is_postgres(entry: Path) -> bool:
    try:
        return (entry / "comm").read_text().strip() == "postgres"
    except OSError:
        return False


def _works_in(entry: Path, wanted: os.stat_result) -> bool:
    try:
        return os.path.samestat((entry / "cwd").stat(), wanted)
    except OSError:  # gone meanwhile, or another user's
        return False
