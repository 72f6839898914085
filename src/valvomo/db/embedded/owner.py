"""Which user the server runs as. PostgreSQL refuses to be root, and we would not want it to be."""

import os
import pwd
from pathlib import Path
from typing import Any, NamedTuple

from valvomo.db.embedded.errors import EmbeddedPostgresError

_CANDIDATES = ("valvomo", "postgres", "nobody")


class Owner(NamedTuple):
    """An unprivileged user by name and numbers."""

    name: str
    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        """What makes `subprocess` start a program as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def owner_for(cluster: Path) -> Owner | None:
    """The user to drop to, or None when we are not root and simply stay who we are.

    A cluster that is there keeps the user it has; a new one gets the first that exists of `_CANDIDATES`.
    """
    if os.geteuid() != 0:
        return None
    if cluster.exists() and (uid := cluster.stat().st_uid) != 0:
        return _entry(pwd.getpwuid(uid))
    for name in _CANDIDATES:
        try:
            return _entry(pwd.getpwnam(name))
        except KeyError:
            continue
    raise EmbeddedPostgresError("running as root, and there is no user to drop to: add one named `valvomo`")


def hand_over(folder: Path, owner: Owner) -> None:
    """Give a folder of ours and all in it to ``owner`` (a cluster restored by root belongs to root)."""
    for parent, _, files in os.walk(folder):
        os.chown(parent, owner.uid, owner.gid)
        for name in files:
            os.chown(os.path.join(parent, name), owner.uid, owner.gid, follow_symlinks=False)  # noqa: PTH118 - as os.walk names it


def _entry(entry: pwd.struct_passwd) -> Owner:
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid)
