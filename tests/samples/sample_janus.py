"""A Janus server with the files of `deploy/janus`, in a network of its own: it takes no address of a loopback."""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sample_server import listening

from valvomo.media.janus.listed import Server

FILES = Path(__file__).parents[2] / "deploy" / "janus"
WHERE = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin"
PROGRAM, IP = shutil.which("janus", path=WHERE), shutil.which("ip", path=WHERE)
ADDRESS = "10.77.0.1"
"""Of this machine in that network, for media; interfaces are on its loopback."""
NEW_NETWORK = 0x40000000
"""CLONE_NEWNET of unshare(2)."""
SECRETS = {"API_SECRET": "a secret of tests", "ADMIN_SECRET": "another one", "ADDRESS": ADDRESS}

_libc = ctypes.CDLL(None, use_errno=True)


def missing() -> str:
    """Why there can be no Janus here, empty where there can."""
    if PROGRAM is None or IP is None:
        return "there is no janus and ip (Debian's packages `janus` and `iproute2`)"
    try:
        with network():
            pass
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no network of its own to be had: {error}"
    return ""


@contextmanager
def network() -> Iterator[None]:
    """For as long, what this thread begins is in a network with nobody else: sockets, processes and threads."""
    assert IP is not None
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _called(_libc.unshare(NEW_NETWORK))
        try:
            for command in (
                "link set lo up",
                "link add jan0 type veth peer name jan1",
                f"addr add {ADDRESS}/32 dev jan0",
                "link set jan0 up",
                "link set jan1 up",
            ):
                subprocess.run([IP, *command.split()], check=True, capture_output=True)
            yield
        finally:
            _called(_libc.setns(before, NEW_NETWORK))
    finally:
        os.close(before)


def _called(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


@dataclass
class Janus:
    """One that runs."""

    server: Server
    process: asyncio.subprocess.Process
    ports: tuple[int, int]


def _configured(folder: Path, ports: tuple[int, int]) -> None:
    for file in FILES.iterdir():
        text = file.read_text(encoding="utf-8")
        for name, value in SECRETS.items():
            text = text.replace(f'"{name}"', f'"{value}"')
        for usual, port in zip((8188, 7188), ports, strict=True):
            text = text.replace(f"_port = {usual}", f"_port = {port}")
        (folder / file.name).write_text(text, encoding="utf-8")


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def janus(folder: Path, ports: tuple[int, int] | None = None) -> AsyncIterator[Janus]:
    """As long as it is needed; to be called in its network."""
    assert PROGRAM is not None
    folder.mkdir(exist_ok=True)
    ports = ports or (_free(), _free())
    _configured(folder, ports)
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "-F", str(folder), "-C", str(folder / "janus.jcfg"), "-L", str(folder / "log"),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    url, admin = (f"ws://127.0.0.1:{port}" for port in ports)
    server = Server(
        url=url, admin=admin, api_secret=SECRETS["API_SECRET"], admin_secret=SECRETS["ADMIN_SECRET"]
    )
    try:
        await listening(process, *ports)
        yield Janus(server, process, ports)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
