"""Files of many kinds, and those that are not what they say: made here, so that nothing of a stranger's is kept."""

import gzip
import io
import struct
import wave
import zipfile
import zlib

from PIL import Image

HTML = b"<!doctype html><script>document.title = 'ran'; parent.postMessage('ran', '*')</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>document.title = "ran"</script></svg>'
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PROGRAMS = (b"MZ\x90\0" + b"\0" * 60, b"\x7fELF" + b"\0" * 60, b"#!/bin/sh\nrm -rf /\n")
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner calls a virus and is none."""


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), colour: str = "teal") -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def placed_photograph() -> bytes:
    """A JPEG that knows where and with what it was taken, and lies on its side."""
    photograph = Image.new("RGB", (60, 20), "orange")
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Secret camera"
    exif.get_ifd(0x8825)[2] = (60.0, 10.0, 20.0)
    out = io.BytesIO()
    photograph.save(out, "JPEG", exif=exif, comment=b"a secret comment")
    return out.getvalue()


def sound(seconds: float = 0.2) -> bytes:
    """A WAV of silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(b"\0\0" * int(8000 * seconds))
    return out.getvalue()


def bomb(side: int = 60_000) -> bytes:
    """A PNG of a few kilobytes that says that it has billions of pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack("!I", len(body)) + name + body + struct.pack("!I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack("!IIBBBBB", side, side, 1, 0, 0, 0, 0))
    rows = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def moving_picture(frames: int = 3) -> bytes:
    """A GIF that moves."""
    pictures = [Image.new("P", (20, 20), number) for number in range(frames)]
    for number, one in enumerate(pictures):
        one.putpalette([number * 40 % 256, 90, 200] * 256)
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=40)
    return out.getvalue()


def document(folder: str = "word/") -> bytes:
    """A document as offices write it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr(f"{folder}document.xml", "<w/>")
    return out.getvalue()


def archive() -> bytes:
    """A ZIP file with a text in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.txt", "hello")
    return out.getvalue()


SOUND = b"RIFF" + struct.pack("<I", 36 + 4000) + b"WAVEfmt " + struct.pack(
    "<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8
) + b"data" + struct.pack("<I", 4000) + bytes(4000)  # fmt: skip
PACKED = gzip.compress(b"hello", mtime=0)
