"""What a file is, by its bytes alone: real ones of each kind, disguised ones, and anything at all."""

import pytest
import sample_files as files
from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.attachments.kinds import TYPES, UNKNOWN
from valvomo.files.sniffing import HEAD, PROGRAM, sniffed

OPEN_XML = "application/vnd.openxmlformats-officedocument"


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (files.picture("PNG"), "image/png"),
        (files.picture("JPEG"), "image/jpeg"),
        (files.picture("WEBP"), "image/webp"),
        (files.picture("GIF"), "image/gif"),
        (files.picture("BMP"), UNKNOWN),
        (files.PDF, "application/pdf"),
        (files.SOUND, "audio/wav"),
        (files.document(), f"{OPEN_XML}.wordprocessingml.document"),
        (files.document("xl/"), f"{OPEN_XML}.spreadsheetml.sheet"),
        (files.document("ppt/"), f"{OPEN_XML}.presentationml.presentation"),
        (files.archive(), "application/zip"),
        (files.PACKED, "application/gzip"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "video/mp4"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", "audio/mp4"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", UNKNOWN),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video/webm"),
        (b"OggS\0\x02" + b"\0" * 22 + b"OpusHead", "audio/ogg"),
        (b"#!AMR\n", "audio/amr"),
        (b"ID3\x04\0\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + bytes(60), "audio/mpeg"),
        (b"Hello, world", "text/plain"),
        ("Hyvää päivää".encode("latin-1"), "text/plain"),
        ("Hyvää päivää".encode("utf-16"), "text/plain"),
        (b"name;price\n<b>1</b>;2", "text/plain"),
        (files.HTML, UNKNOWN),
        (b"\xef\xbb\xbf  \n<HTML>", UNKNOWN),
        ("<html>".encode("utf-16"), UNKNOWN),
        (files.SVG, UNKNOWN),
        (b"<svg onload=alert(1)>", UNKNOWN),
        (b"<?php system($_GET[0]);", UNKNOWN),
        (b"", UNKNOWN),
        (b"\0\x01\x02\x03", UNKNOWN),
        *((one, PROGRAM) for one in files.PROGRAMS),
    ],
)
def test_what_it_is(head: bytes, found: str) -> None:
    assert sniffed(head[:HEAD]) == found


@given(st.binary(max_size=300))
def test_any_bytes_are_something(head: bytes) -> None:
    assert sniffed(head) in {*TYPES, UNKNOWN, PROGRAM}


@given(
    st.sampled_from([b"<script>", b"<!DOCTYPE html>", b"<svg ", b"<html>", b"<?xml "]),
    st.binary(max_size=100),
)
def test_what_begins_like_a_page_is_never_of_a_type(begins: bytes, rest: bytes) -> None:
    assert sniffed(begins + rest) in (UNKNOWN, PROGRAM)
