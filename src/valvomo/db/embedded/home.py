"""The folder of one embedded server: who has it, its secrets, and its pid file.

::

    lock          held by the process that supervises the server
    secrets.json  the generated passwords (mode 0600)
    cluster/      PostgreSQL's own data folder, owned by the server's user
    sockets       the path of the folder with the server's socket
    startup.log   what the server said before its own log was open
"""

import fcntl
import os
import secrets
import shutil
import tempfile
from pathlib import Path

import msgspec

from valvomo.db.embedded.errors import AlreadyRunningError, EmbeddedPostgresError
from valvomo.db.embedded.owner import Owner

_SOCKETS = "valvomo-pg-"
# The kernel takes 107 bytes for a socket's path, and PostgreSQL appends its name.
_LONGEST_FOLDER = 107 - len("/.s.PGSQL.5432.lock")


class Secrets(msgspec.Struct, frozen=True):
    """Passwords of the superuser ``postgres`` and of the application's role ``valvomo``."""

    superuser: str
    application: str


class PidFile(msgspec.Struct, frozen=True):
    """What ``postmaster.pid`` says."""

    pid: int
    sockets: Path | None
    ready: bool


class Home:
    """Paths of one home folder and the lock on it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cluster = path / "cluster"
        self.startup_log = path / "startup.log"
        self._lock: int | None = None

    def acquire(self) -> None:
        """Make the folder if need be, and take its lock; raises `AlreadyRunningError`."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 20, 0).decode().strip() or "unknown"
            os.close(lock)
            raise AlreadyRunningError(f"{self.path} is in use by process {holder}") from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        self._lock = lock

    def release(self) -> None:
        """Let the next one in."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def read_secrets(self) -> Secrets:
        """The passwords of a cluster that is there."""
        try:
            return msgspec.json.decode((self.path / "secrets.json").read_bytes(), type=Secrets)
        except (OSError, msgspec.DecodeError) as error:
            raise EmbeddedPostgresError(f"{self.path}/secrets.json cannot be read: {error}") from error

    def make_secrets(self) -> Secrets:
        """New passwords, on disk before the cluster that needs them."""
        made = Secrets(secrets.token_hex(24), secrets.token_hex(24))
        path = self.path / "secrets.json"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(msgspec.json.encode(made))
        return made

    def read_pid_file(self) -> PidFile | None:
        """The server's pid file, or None when there is none or it is not written out yet."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        if len(lines) < 5 or not lines[0].strip().isdigit():  # noqa: PLR2004 - fifth line: socket folder
            return None
        sockets = Path(lines[4]) if lines[4] else None
        return PidFile(int(lines[0]), sockets, lines[-1].strip() == "ready")

    def make_sockets(self, owner: Owner | None) -> Path:
        """A new socket folder, remembered so that it is cleared away even if we are killed."""
        folder = make_socket_folder(owner)
        (self.path / "sockets").write_text(str(folder))
        return folder

    def clear_leftovers(self) -> None:
        """Remove the pid file and the socket folder of a server that is known to be gone."""
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        note = self.path / "sockets"
        if note.exists():
            folder = Path(note.read_text())
            if folder.name.startswith(_SOCKETS):
                shutil.rmtree(folder, ignore_errors=True)
            note.unlink()


def make_socket_folder(owner: Owner | None) -> Path:
    """A short, private folder (0700) for the server's socket, whatever the length of the data path."""
    bases = (Path("/tmp"), Path(tempfile.gettempdir()))  # noqa: S108 - a private folder is made inside
    base = next((base for base in bases if os.access(base, os.W_OK | os.X_OK)), bases[-1])
    folder = Path(tempfile.mkdtemp(prefix=_SOCKETS, dir=base))
    if len(os.fsencode(folder)) > _LONGEST_FOLDER:
        folder.rmdir()
        raise EmbeddedPostgresError(f"the path of {base} is too long for a socket: set TMPDIR to a short one")
    if owner:
        os.chown(folder, owner.uid, owner.gid)
    return folder
