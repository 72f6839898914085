"""Reading a file of comma separated values: which letters, which separator, which columns (RFC 4180 and its kin)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from valvomo.domain.refusals import Reason, Refusal

MAX_BYTES = 64 * 1024 * 1024
MAX_LINES = 100_000
MAX_COLUMNS = 200
MAX_CELL = 20_000
"""Characters."""

_SEPARATORS = ",;\t|"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class FileRead:
    """The columns by their names, and the cells of every line below that is not empty; `lines` are their numbers."""

    columns: tuple[str, ...]
    lines: tuple[int, ...]
    cells: tuple[tuple[str, ...], ...]


def read_file(body: bytes) -> FileRead | Refusal:
    """The file's lines. Takes long for a large file: to be called beside the loop."""
    text = _text(body)
    if text is None:
        return _unreadable("letters")
    if "\0" in text:
        return _unreadable("binary")
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        head = tuple(one.strip() for one in next(reader, []))
        if fault := _head_fault(head):
            return _unreadable(fault)
        lines, cells = [], []
        for row in reader:
            if any(one.strip() for one in row):
                lines.append(reader.line_num)
                cells.append(tuple(row))
            if len(lines) > MAX_LINES or any(len(one) > MAX_CELL for one in row):
                return _unreadable("too_many" if len(lines) > MAX_LINES else "cell", reader.line_num)
    except csv.Error:
        return _unreadable("quotes", reader.line_num)
    return FileRead(head, tuple(lines), tuple(cells)) if lines else _unreadable("empty")


def _text(body: bytes) -> str | None:
    """UTF-8, or what a mark at its beginning says; else what spreadsheets of this part of the world write."""
    encoding = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    for name in (encoding,) if encoding else ("utf-8", "cp1252"):
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return None


def _separator(text: str) -> str:
    head = text.partition("\n")[0]
    return max(_SEPARATORS, key=lambda one: (head.count(one), -_SEPARATORS.index(one)))


def _head_fault(head: tuple[str, ...]) -> str | None:
    if not head or not any(head):
        return "empty"
    if len(head) > MAX_COLUMNS or any(len(one) > MAX_CELL for one in head):
        return "columns"
    if not all(head):
        return "unnamed"
    return "same_names" if len(set(head)) < len(head) else None


def _unreadable(why: str, line: int = 1) -> Refusal:
    return Refusal(Reason.FILE_UNREADABLE, {"why": why, "line": line})
