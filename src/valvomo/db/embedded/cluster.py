"""Making a cluster and starting its server: the blocking steps that the supervisor puts in order."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from valvomo.db.embedded.binaries import Binaries
from valvomo.db.embedded.errors import EmbeddedPostgresError
from valvomo.db.embedded.home import Home
from valvomo.db.embedded.options import initdb_arguments, server_options
from valvomo.db.embedded.owner import Owner, hand_over

_CHILD = Path(__file__).with_name("child.py")


@contextmanager
def reachable(folder: Path, owner: Owner | None) -> Iterator[tuple[str, tuple[int, ...]]]:
    """A path by which ``owner`` reaches ``folder``, and the descriptors a child must inherit for it.

    When root drops to another user, some parent of the folder is usually closed to that user. Opening the
    parents to everyone would be wrong, so the folder itself is handed over as an open descriptor instead.
    """
    if owner is None or sys.platform != "linux":
        yield str(folder), ()
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}", (descriptor,)
    finally:
        os.close(descriptor)


def make_cluster(
    home: Home, binaries: Binaries, owner: Owner | None, *, sockets: Path, durable: bool
) -> None:
    """Run initdb beside the final place and rename: a half-made cluster is never mistaken for one."""
    staging = home.cluster.with_name("cluster.new")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    password = sockets / "password"
    password.touch(mode=0o600)
    password.write_text(home.make_secrets().superuser)
    if owner:
        hand_over(staging, owner)
        hand_over(sockets, owner)
    with reachable(staging, owner) as (path, descriptors):
        result = subprocess.run(  # noqa: S603 - the binaries are the operator's setting
            [
                binaries.folder / "initdb",
                f"--pgdata={path}",
                f"--pwfile={password}",
                "--username=postgres",
                *initdb_arguments(binaries.major, durable=durable),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_environment(),
            pass_fds=descriptors,
            **(owner.popen_arguments() if owner else {}),
        )
    password.unlink()
    if result.returncode != 0:
        raise EmbeddedPostgresError(f"initdb failed: {result.stderr.strip() or result.stdout.strip()}")
    staging.rename(home.cluster)


def check_cluster(home: Home, binaries: Binaries, owner: Owner | None) -> None:
    """Refuse a cluster of another major version; give one that root restored to its user."""
    major = (home.cluster / "PG_VERSION").read_text().strip()
    if major != str(binaries.major):
        raise EmbeddedPostgresError(
            f"{home.cluster} was made by PostgreSQL {major}, the programs are {binaries.version}: set "
            f"VALVOMO_POSTGRES_BIN to those of {major}, dump, and restore into a new data folder"
        )
    if owner and home.cluster.stat().st_uid != owner.uid:
        hand_over(home.cluster, owner)


def start_server(
    home: Home,
    binaries: Binaries,
    owner: Owner | None,
    *,
    sockets: Path,
    durable: bool,
    extra: Mapping[str, str],
) -> subprocess.Popen[bytes]:
    """Start the server as our direct child. Must be called in the main thread, see ``child.py``."""
    options = server_options(binaries.major, sockets, durable=durable, extra=extra)
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    dropped = (str(owner.uid), str(owner.gid)) if owner else ("0", "0")
    with reachable(home.cluster, owner) as (path, descriptors), home.startup_log.open("wb") as log:
        launcher = [sys.executable, "-I", "-S", str(_CHILD), str(os.getpid()), *dropped, "--"]
        return subprocess.Popen(  # noqa: S603 - the binaries are the operator's setting
            [*launcher, str(binaries.folder / "postgres"), "-D", path, *settings],
            stdin=subprocess.PIPE if sys.platform != "linux" else subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_environment(),
            pass_fds=descriptors,
            # Ctrl-C in a terminal is for us: the server has to live until we are done with it.
            start_new_session=True,
        )


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **kept}
