"""Installs what Valvomo is measured beside, each as its own documentation says, outside of version control.

    python bench/systems/install.py [prosody] [channels] [synapse] [valvomo]

Python programs get an environment each below `.build/peers`; Prosody and Redis come from Debian and need root. Nothing
is started, and what is there already is left alone. How many commands and seconds it took is kept beside it.

Licences: Prosody MIT, Django and Channels BSD, Redis BSD (7.0), Matrix Synapse AGPL: it is run, and nothing of it
is read into ours.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / ".build" / "peers"
_POLICY = Path("/usr/sbin/policy-rc.d")


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """Which commands install it, and how many seconds they took, downloads included.

    `there` are packages of Debian that had been installed before, whose seconds are therefore not counted.
    """

    commands: tuple[str, ...]
    seconds: float
    there: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Packages of Debian, packages of PyPI."""

    debian: tuple[str, ...] = ()
    python: tuple[str, ...] = ()


RECIPES = {
    "prosody": Recipe(debian=("prosody", "lua-dbi-postgresql")),
    "channels": Recipe(
        debian=("redis-server",), python=("django", "channels[daphne]", "channels_redis", "psycopg[binary]")
    ),
    "synapse": Recipe(debian=("gcc", "libpq-dev"), python=("matrix-synapse[postgres]",)),
    "valvomo": Recipe(python=("valvomo",)),
}


def folder_of(name: str) -> Path:
    """Where it is."""
    return PEERS / name


def python_of(name: str) -> Path:
    """Its interpreter."""
    return folder_of(name) / "venv" / "bin" / "python"


def installed(name: str) -> Installed | None:
    """What was noted when it was installed; None when it was not."""
    note = folder_of(name) / "installed.json"
    return msgspec.json.decode(note.read_bytes(), type=Installed) if note.is_file() else None


def missing(packages: tuple[str, ...]) -> list[str]:
    """Debian's packages that are not there."""
    if not packages:
        return []
    words = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *packages]
    found = subprocess.run(words, capture_output=True, text=True, check=False).stdout.split("\n")
    return [one for one in packages if f"{one} installed" not in found]


def version_of(package: str) -> str:
    """Of a package of Debian."""
    words = ["dpkg-query", "--show", "--showformat=${Version}", package]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


def install(name: str) -> Installed:
    """Install one; does nothing when it is there. Ends the program when root is needed and not to be had."""
    recipe, there = RECIPES[name], installed(name)
    wanted = missing(recipe.debian)
    if there is not None and not wanted:
        return there
    source = {"valvomo": [str(_wheel())]} if name == "valvomo" else {}
    folder_of(name).mkdir(parents=True, exist_ok=True)
    commands: list[str] = []
    begun = time.monotonic()
    if recipe.debian:
        commands.append(f"apt-get install {' '.join(recipe.debian)}")
    if wanted:
        _debian(wanted)
    if recipe.python:
        venv = folder_of(name) / "venv"
        shutil.rmtree(venv, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(venv)])
        words = [str(python_of(name)), "-m", "pip", "install", "--quiet", "--no-cache-dir"]
        _run([*words, *source.get(name, recipe.python)])
        commands += ["python -m venv venv", f"venv/bin/pip install {' '.join(recipe.python)}"]
    before = tuple(one for one in recipe.debian if one not in wanted)
    made = Installed(commands=tuple(commands), seconds=time.monotonic() - begun, there=before)
    (folder_of(name) / "installed.json").write_bytes(msgspec.json.encode(made))
    return made


def _wheel() -> Path:
    """Ours, built from this tree; building is the publisher's work and is not counted."""
    target = folder_of("valvomo") / "wheel"
    shutil.rmtree(target, ignore_errors=True)
    builder = folder_of("valvomo") / "builder"
    _run([sys.executable, "-m", "venv", str(builder)])
    _run([str(builder / "bin" / "pip"), "wheel", "--quiet", "--no-deps", f"--wheel-dir={target}", str(ROOT)])
    return next(target.glob("*.whl"))


def _debian(packages: list[str]) -> None:
    print(f"bench-peers: apt-get install {' '.join(packages)}", file=sys.stderr, flush=True)
    if os.geteuid() != 0:
        sys.exit(
            f"bench-peers: that needs root: apt-get install --no-install-recommends {' '.join(packages)}"
        )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _no_services():
        for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
            _run(["apt-get", *words], environment)


@contextmanager
def _no_services() -> Iterator[None]:
    """Debian starts what it installs, on every address; here nothing may listen but what a round starts."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()


def _run(words: list[str], environment: dict[str, str] | None = None) -> None:
    subprocess.run(words, check=True, env=environment, stdout=sys.stderr, cwd="/")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(RECIPES)}; all when none is given"
    )
    for name in parser.parse_args().names or RECIPES:
        print(f"bench-peers: {name}", file=sys.stderr, flush=True)
        made = install(name)
        print(f"bench-peers: {name}: {len(made.commands)} commands, {made.seconds:.0f} s")


if __name__ == "__main__":
    main()
