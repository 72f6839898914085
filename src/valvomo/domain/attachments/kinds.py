"""Kinds of files: which media types there are for us, and what may be done with each.

A media type is what a file *is*, as its first bytes say, never what its sender or its name claims.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What administrators choose from."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    ARCHIVE = "archive"
    OTHER = "other"


UNKNOWN = "application/octet-stream"
"""Whatever we cannot tell, and whatever a browser could take for a page or a program: given out as mere bytes."""

_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"

TYPES: Mapping[str, Kind] = {
    "image/jpeg": Kind.IMAGE,
    "image/png": Kind.IMAGE,
    "image/gif": Kind.IMAGE,
    "image/webp": Kind.IMAGE,
    "audio/mpeg": Kind.AUDIO,
    "audio/mp4": Kind.AUDIO,
    "audio/aac": Kind.AUDIO,
    "audio/amr": Kind.AUDIO,
    "audio/ogg": Kind.AUDIO,
    "audio/webm": Kind.AUDIO,
    "audio/wav": Kind.AUDIO,
    "audio/flac": Kind.AUDIO,
    "video/mp4": Kind.VIDEO,
    "video/3gpp": Kind.VIDEO,
    "video/quicktime": Kind.VIDEO,
    "video/webm": Kind.VIDEO,
    "video/ogg": Kind.VIDEO,
    "application/pdf": Kind.DOCUMENT,
    "application/rtf": Kind.DOCUMENT,
    "application/msword": Kind.DOCUMENT,
    "application/vnd.ms-excel": Kind.DOCUMENT,
    "application/vnd.ms-powerpoint": Kind.DOCUMENT,
    f"{_OPEN_XML}.wordprocessingml.document": Kind.DOCUMENT,
    f"{_OPEN_XML}.spreadsheetml.sheet": Kind.DOCUMENT,
    f"{_OPEN_XML}.presentationml.presentation": Kind.DOCUMENT,
    f"{_OPEN_DOCUMENT}.text": Kind.DOCUMENT,
    f"{_OPEN_DOCUMENT}.spreadsheet": Kind.DOCUMENT,
    f"{_OPEN_DOCUMENT}.presentation": Kind.DOCUMENT,
    "text/plain": Kind.DOCUMENT,
    "text/csv": Kind.DOCUMENT,
    "application/zip": Kind.ARCHIVE,
    "application/gzip": Kind.ARCHIVE,
    "application/x-7z-compressed": Kind.ARCHIVE,
    "application/x-tar": Kind.ARCHIVE,
    "application/vnd.rar": Kind.ARCHIVE,
}
"""Everything else is `UNKNOWN`."""

EXTENSIONS: Mapping[str, frozenset[str]] = {
    "image/jpeg": frozenset({"jpg", "jpeg", "jpe", "jfif"}),
    "image/png": frozenset({"png"}),
    "image/gif": frozenset({"gif"}),
    "image/webp": frozenset({"webp"}),
    "audio/mpeg": frozenset({"mp3", "mpga"}),
    "audio/mp4": frozenset({"m4a", "mp4"}),
    "audio/aac": frozenset({"aac"}),
    "audio/amr": frozenset({"amr"}),
    "audio/ogg": frozenset({"ogg", "oga", "opus"}),
    "audio/webm": frozenset({"webm", "weba"}),
    "audio/wav": frozenset({"wav"}),
    "audio/flac": frozenset({"flac"}),
    "video/mp4": frozenset({"mp4", "m4v"}),
    "video/3gpp": frozenset({"3gp"}),
    "video/quicktime": frozenset({"mov", "qt"}),
    "video/webm": frozenset({"webm"}),
    "video/ogg": frozenset({"ogv", "ogg"}),
    "application/pdf": frozenset({"pdf"}),
    "application/rtf": frozenset({"rtf"}),
    "application/msword": frozenset({"doc", "dot"}),
    "application/vnd.ms-excel": frozenset({"xls", "xlt"}),
    "application/vnd.ms-powerpoint": frozenset({"ppt", "pps"}),
    f"{_OPEN_XML}.wordprocessingml.document": frozenset({"docx"}),
    f"{_OPEN_XML}.spreadsheetml.sheet": frozenset({"xlsx"}),
    f"{_OPEN_XML}.presentationml.presentation": frozenset({"pptx"}),
    f"{_OPEN_DOCUMENT}.text": frozenset({"odt"}),
    f"{_OPEN_DOCUMENT}.spreadsheet": frozenset({"ods"}),
    f"{_OPEN_DOCUMENT}.presentation": frozenset({"odp"}),
    "text/plain": frozenset({"txt", "log", "md", "text"}),
    "text/csv": frozenset({"csv", "tsv"}),
    "application/zip": frozenset({"zip"}),
    "application/gzip": frozenset({"gz", "tgz"}),
    "application/x-7z-compressed": frozenset({"7z"}),
    "application/x-tar": frozenset({"tar"}),
    "application/vnd.rar": frozenset({"rar"}),
}
"""Endings of names that say this type; the first in order of the alphabet is not the usual one, `usual_ending` is."""

PROGRAMS = frozenset({
    "apk", "app", "appimage", "appx", "bat", "bin", "cmd", "com", "cpl", "deb", "dll", "dmg", "elf", "exe",
    "gadget", "hta", "inf", "iso", "jar", "js", "jse", "jsp", "lnk", "mde", "msc", "msh", "msi", "msix", "msp",
    "mst", "ocx", "pif", "pkg", "ps1", "psm1", "py", "reg", "rpm", "run", "scf", "scr", "sct", "sh", "shb",
    "sys", "vb", "vbe", "vbs", "wsc", "wsf", "wsh", "xbap",
})  # fmt: skip
"""Endings of names that some system would run. Nobody sends these, whatever is in them."""

INLINE = frozenset({Kind.IMAGE, Kind.AUDIO, Kind.VIDEO})
"""What a screen may show as it is; everything else is only ever downloaded."""

_ALIASES: Mapping[str, str] = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/x-flac": "audio/flac",
    "audio/opus": "audio/ogg",
    "audio/x-aac": "audio/aac",
    "video/x-m4v": "video/mp4",
    "text/rtf": "application/rtf",
    "text/markdown": "text/plain",
    "text/tab-separated-values": "text/csv",
    "application/csv": "text/csv",
    "application/x-zip-compressed": "application/zip",
    "application/x-gzip": "application/gzip",
    "application/x-rar-compressed": "application/vnd.rar",
    "application/x-rar": "application/vnd.rar",
}

_CONTAINERS: Mapping[str, Mapping[str, str]] = {
    "video/mp4": {one: one for one in ("audio/mp4", "video/3gpp", "video/quicktime")},
    "audio/mp4": {"video/mp4": "audio/mp4"},
    "video/webm": {"audio/webm": "audio/webm"},
    "audio/ogg": {"video/ogg": "video/ogg"},
    # Windows calls a table in text so where its office suite is installed.
    "text/plain": {"text/csv": "text/csv", "application/vnd.ms-excel": "text/csv"},
}
"""What the first bytes cannot tell apart: by what they say, what it may be declared as, and what it is then."""


def kind_of(media_type: str) -> Kind:
    """Of a type of ours; everything else is `OTHER`."""
    return TYPES.get(media_type, Kind.OTHER)


def declared_type(header: str) -> str:
    """The type that a `Content-Type` names, without its parameters, by the name that we have for it."""
    named = header.partition(";")[0].strip().lower()
    return _ALIASES.get(named, named)


def agreed_type(found: str, declared: str) -> str | None:
    """What a file is that its bytes say is `found` and its sender says is `declared`; None where these contradict.

    Who declares nothing, or mere bytes, is not contradicted.
    """
    if declared in ("", UNKNOWN, found):
        return found
    if declared in TYPES:
        return _CONTAINERS.get(found, {}).get(declared)
    # Some type that we do not know, of bytes that say nothing against it: given out as mere bytes.
    return UNKNOWN if found in (UNKNOWN, "text/plain") else None


def ending_of(name: str) -> str:
    """The ending of a file's name in small letters, without the dot; empty where there is none."""
    return name.rpartition(".")[2].strip().lower() if "." in name else ""


def usual_ending(media_type: str) -> str:
    """The ending that files of a type have in most places."""
    usual = {"image/jpeg": "jpg", "text/plain": "txt", "audio/ogg": "ogg", "application/gzip": "gz"}
    return usual.get(media_type) or min(EXTENSIONS.get(media_type, {"bin"}), key=lambda one: (len(one), one))
