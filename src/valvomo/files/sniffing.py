"""What a file is, by its first bytes; strict, because what a browser takes for a page it runs.

Only what is recognized beyond doubt is called so. Anything in which a browser, a shell or a system could see a page
or a program is `UNKNOWN` or a program, whatever its name says.
"""

from __future__ import annotations

import codecs
import re

import puremagic

from valvomo.domain.attachments.kinds import TYPES, UNKNOWN

HEAD = 64 * 1024
"""First bytes that are looked at."""
PROGRAM = "application/x-executable"
"""What some system would run."""

_SNIFFED_BY_BROWSERS = 2048
_PROGRAMS = (
    b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe", b"dex\n", b"\0asm", b"ITSF", b"L\0\0\0\x01\x14\x02\0",
)  # fmt: skip
_AMR = b"#!AMR"
_MARKUP = re.compile(
    r"\s*<(?:!doctype\b|/?(?:html|head|body|script|svg|iframe|img|a|b|br|div|p|table|title|style|font|h1|meta|"
    r"link|object|embed|form|frameset|math|template|base|xsl:|rss|feed)\b|!--|\?)",
    re.IGNORECASE,
)
"""How a text begins that is a page for browsers, or could be read as one.

What has it further on is a text for them as well."""
_SOUNDS = {b"fLaC": "audio/flac", _AMR: "audio/amr", b"ID3": "audio/mpeg"}
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_FTYP = {
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"3gp": "video/3gpp",
    b"3g2": "video/3gpp",
}
_MPEG4 = re.compile(rb"isom|iso[2-9a-c]|mp4[0-9v]|avc1|M4V |MSNV|dash|mmp4|F4V ")
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OFFICE = {
    b"word/": f"{_OPEN_XML}.wordprocessingml.document",
    b"xl/": f"{_OPEN_XML}.spreadsheetml.sheet",
    b"ppt/": f"{_OPEN_XML}.presentationml.presentation",
}
_OLD_OFFICE = {
    b"W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0": "application/msword",
    b"W\0o\0r\0k\0b\0o\0o\0k\0": "application/vnd.ms-excel",
    b"P\0o\0w\0e\0r\0P\0o\0i\0n\0t\0": "application/vnd.ms-powerpoint",
}


def sniffed(head: bytes) -> str:
    """The media type that these first bytes are of: one of `TYPES`, `PROGRAM`, or `UNKNOWN`."""
    if head.startswith(_PROGRAMS) and not head.startswith(_AMR):
        return PROGRAM
    for test in (_picture, _sound, _moving, _document, _zipped, _packed):
        if found := test(head):
            return found
    text = _text(head)
    if text is not None:
        return UNKNOWN if _MARKUP.match(text) else "text/plain"
    return PROGRAM if _by_signature(head) == PROGRAM else UNKNOWN


def _picture(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if head.startswith(b"RIFF") and head[8:12] == b"WEBP" else None


def _sound(head: bytes) -> str | None:
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "audio/wav"
    if head.startswith(b"OggS"):
        return "video/ogg" if b"\x80theora" in head[:512] else "audio/ogg"
    named = next((found for mark, found in _SOUNDS.items() if head.startswith(mark)), None)
    return named or _frame(head)


def _frame(head: bytes) -> str | None:
    if len(head) > 2 and head[0] == 0xFF:  # noqa: PLR2004 - a frame begins with eleven set bits
        if head[1] & 0xF6 == 0xF0:  # noqa: PLR2004 - layer 0: AAC in ADTS
            return "audio/aac"
        if head[1] & 0xE0 == 0xE0 and head[1] & 0x06 == 0x02 and head[2] & 0xF0 != 0xF0:  # noqa: PLR2004 - layer III
            return "audio/mpeg"
    return None


def _moving(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        for mark, media_type in _FTYP.items():
            if brand.startswith(mark):
                return media_type
        return "video/mp4" if _MPEG4.match(brand) else None
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64]:
        return "video/webm"
    return None


def _document(head: bytes) -> str | None:
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"{\\rtf"):
        return "application/rtf"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        # Installers and mails are made of the same: only what is known to be a document is one.
        return next((found for mark, found in _OLD_OFFICE.items() if mark in head), UNKNOWN)
    return None


def _zipped(head: bytes) -> str | None:
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    if head[30:38] == b"mimetype":
        named = re.match(
            rb"application/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)(?![-\w])", head[38:]
        )
        return named[0].decode() if named else UNKNOWN
    if b"META-INF/MANIFEST.MF" in head or b"AndroidManifest.xml" in head or b"classes.dex" in head:
        return PROGRAM
    if b"[Content_Types].xml" in head or b"_rels/.rels" in head:
        if b"vbaProject.bin" in head:
            return UNKNOWN
        return next((found for mark, found in _OFFICE.items() if mark in head), UNKNOWN)
    return "application/zip"


def _packed(head: bytes) -> str | None:
    if head.startswith(b"\x1f\x8b\x08"):
        return "application/gzip"
    if head.startswith(b"7z\xbc\xaf\x27\x1c"):
        return "application/x-7z-compressed"
    if head.startswith(b"Rar!\x1a\x07"):
        return "application/vnd.rar"
    return "application/x-tar" if head[257:262] == b"ustar" else None


def _text(head: bytes) -> str | None:
    """The text that it is, if it is nothing but text; the last character may be cut off."""
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    # What older programs write has a byte for each character, and no controls among them either.
    for encoding in ("utf-16",) if wide else ("utf-8", "latin-1"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        return None if not text or _CONTROLS.search(text) else text.removeprefix("\ufeff")
    return None


def _by_signature(head: bytes) -> str:
    """What somebody else's list of signatures says: it names more programs than we do."""
    try:
        named = puremagic.from_string(head[:_SNIFFED_BY_BROWSERS], mime=True)
    except (puremagic.PureError, ValueError, IndexError):
        return UNKNOWN
    if named in TYPES:
        return UNKNOWN
    runs = (
        "executable",
        "x-msdownload",
        "x-dosexec",
        "java-archive",
        "x-sharedlib",
        "x-mach",
        "x-ms-installer",
    )
    return PROGRAM if any(one in named for one in runs) else UNKNOWN
