"""Pictures made anew, in the process in which that is done: bytes come in on standard input, parts go out.

Decoders of pictures are large and old, and what they read comes from strangers: so they run in a process of their own,
which may take only so much memory and time, and which is killed where it takes more (`files/pictures.py`).
"""

from __future__ import annotations

import io
import os
import resource
import struct
import sys
import warnings
from collections.abc import Iterator

import msgspec
from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

PIXELS = 50_000_000
"""Of a picture, all its frames together."""
FRAMES = 500
THUMBNAIL = 480
"""Pixels of the longer side of a small picture."""
MEMORY = 2 * 1024**3
"""Bytes of address space, which is far more than what is used."""
CPU_SECONDS = 20
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
_MODES = frozenset({"L", "LA", "RGB", "RGBA"})
_QUALITY = 90
_STUMBLES = (
    UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, EOFError, struct.error,
    TypeError, IndexError, KeyError, OverflowError, ZeroDivisionError, AttributeError,
)  # fmt: skip
"""What decoders raise when they cannot read on: whatever they stumble over."""
NICENESS = 5


class Remade(msgspec.Struct, frozen=True, kw_only=True):
    """What comes out before the bytes: the type and the pixels of the picture. `problem` instead, if there is one."""

    media_type: str = ""
    width: int = 0
    height: int = 0
    problem: str | None = None


def main() -> None:
    """One picture. Out come a struct, the picture, and the small one, each after its length."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read()
    for part in _parts(data):
        sys.stdout.buffer.write(struct.pack("!Q", len(part)) + part)
    sys.stdout.buffer.flush()


def _parts(data: bytes) -> Iterator[bytes]:
    try:
        told, whole, small = remade(data)
    except MemoryError:
        told, whole, small = Remade(problem="too-many-pixels"), b"", b""
    yield from (msgspec.json.encode(told), whole, small)


def remade(data: bytes) -> tuple[Remade, bytes, bytes]:
    """The picture without anything that is no picture, and a small one. Nothing of what came in goes through."""
    # Our own count is the limit; Pillow's would also look at what is only announced.
    Image.MAX_IMAGE_PIXELS = None
    warnings.simplefilter("ignore")
    try:
        with Image.open(io.BytesIO(data), formats=tuple(_FORMATS)) as picture:
            kind, frames = str(picture.format), getattr(picture, "n_frames", 1)
            if picture.width * picture.height * frames > PIXELS or frames > FRAMES:
                return Remade(problem="too-many-pixels"), b"", b""
            if frames > 1 and kind in ("GIF", "WEBP"):
                whole, first = _moving(picture, kind)
            else:
                first = _plain(picture)
                whole = _saved(first, kind)
    except _STUMBLES:
        return Remade(problem="damaged"), b"", b""
    told = Remade(media_type=_FORMATS[kind], width=first.width, height=first.height)
    first.thumbnail((THUMBNAIL, THUMBNAIL))
    return told, whole, _saved(first, "WEBP")


def _plain(picture: Image.Image) -> Image.Image:
    """Its pixels, upright and in the colours of screens, in a new picture that knows nothing else."""
    upright = ImageOps.exif_transpose(picture)
    profile = picture.info.get("icc_profile")
    transparent = "transparency" in picture.info or "A" in upright.mode or "a" in upright.mode
    if profile and upright.mode in ("RGB", "CMYK"):
        upright = _in_screen_colours(upright, profile)
    if upright.mode not in _MODES:
        upright = upright.convert("RGBA" if transparent else "RGB")
    bare = Image.new(upright.mode, upright.size)
    bare.paste(upright)
    return bare


def _in_screen_colours(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        ours = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, theirs, ours, outputMode="RGB") or picture
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture


def _moving(picture: Image.Image, kind: str) -> tuple[bytes, Image.Image]:
    frames, durations = [], []
    for frame in ImageSequence.Iterator(picture):
        durations.append(max(20, int(frame.info.get("duration", 100) or 100)))
        frames.append(frame.convert("RGBA"))
    out = io.BytesIO()
    frames[0].save(
        out, kind, save_all=True, append_images=frames[1:], duration=durations, loop=0,
        **({"disposal": 2} if kind == "GIF" else {"quality": _QUALITY}),
    )  # fmt: skip
    return out.getvalue(), frames[0]


def _saved(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "JPEG":
        (picture if picture.mode in ("L", "RGB") else picture.convert("RGB")).save(
            out, kind, quality=_QUALITY
        )
    elif kind == "WEBP":
        picture.save(out, kind, quality=_QUALITY, method=3)
    else:
        picture.save(out, kind)
    return out.getvalue()


if __name__ == "__main__":
    main()
