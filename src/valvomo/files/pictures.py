"""Pictures made anew in a process of their own, so that nothing of a stranger's bytes is ever shown or kept.

What comes out has no place, no camera and no comment in it, and is a picture and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import sys
from dataclasses import dataclass

import msgspec

from valvomo.domain.attachments.attached import Problem
from valvomo.files.remaking import Remade

SECONDS = 20.0
"""For one picture, on the clock."""
AT_A_TIME = 2
_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One that was made anew, and its small one."""

    media_type: str
    width: int
    height: int
    whole: bytes
    thumbnail: bytes


class Pictures:
    """The maker of pictures. One for a process."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._turns = asyncio.Semaphore(AT_A_TIME)
        self._seconds = seconds

    async def remake(self, data: bytes) -> Picture | Problem:
        """The picture in these bytes, or why there will be none."""
        async with self._turns:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-m", "valvomo.files.remaking",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            try:
                async with asyncio.timeout(self._seconds):
                    out, _ = await process.communicate(data)
            except TimeoutError:
                return Problem.TOO_SLOW
            finally:
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()
        return _read(out, process.returncode or 0)


def _read(out: bytes, code: int) -> Picture | Problem:
    if code < 0:
        # Killed for the time that it took of a processor, or by a decoder's own fault.
        return Problem.TOO_SLOW if -code in _OUT_OF_TIME else Problem.DAMAGED
    try:
        told, rest = _part(out)
        whole, rest = _part(rest)
        thumbnail, _ = _part(rest)
        remade = msgspec.json.decode(told, type=Remade)
    except (struct.error, ValueError, msgspec.DecodeError):
        return Problem.DAMAGED
    if remade.problem is not None:
        return Problem(remade.problem)
    return Picture(
        media_type=remade.media_type,
        width=remade.width,
        height=remade.height,
        whole=whole,
        thumbnail=thumbnail,
    )


_OUT_OF_TIME = frozenset({9, 24})
"""SIGKILL and SIGXCPU."""


def _part(out: bytes) -> tuple[bytes, bytes]:
    (length,) = struct.unpack("!Q", out[:_LENGTH])
    end = _LENGTH + length
    if len(out) < end:
        raise ValueError("cut off")
    return out[_LENGTH:end], out[end:]
