"""Sent files: whether messages and files speak of each other, and whether the bytes are there."""

from __future__ import annotations

import hashlib

from valvomo.db import attachments
from valvomo.domain.attachments.kinds import Kind, kind_of
from valvomo.files.port import MissingError, Place, Storage, Variant
from valvomo.queries.reading import Reader
from valvomo.queries.verify.report import Check, Report

PAGE = 200


async def verify_files(
    reader: Reader, storage: Storage, organization_id: str, report: Report, *, full: bool
) -> int:
    """How many files were looked at: each is there with its size, and if `full` with the bytes that were kept.

    Raises `StorageError` when the storage is away: nothing is known of the files then.
    """
    async with reader.reading() as tx:
        for row in await tx.rows("attachments.astray", organization_id):
            problem = f"file {row['id']} is message {row['seq']}'s, which does not have it"
            report.add(organization_id, f"conversation {row['conversation_id']}", problem, Check.MESSAGES)
        for row in await tx.rows("attachments.missing", organization_id):
            problem = f"message {row['seq']} has file {row['id']}, which is not there"
            report.add(organization_id, f"conversation {row['conversation_id']}", problem, Check.MESSAGES)
    looked, after = 0, ""
    while True:
        async with reader.reading() as tx:
            rows = await attachments.kept_after(tx, organization_id, after, PAGE)
        for row in rows:
            if wrong := await _bytes(storage, row, full=full):
                place = f"conversation {row['conversation_id']}"
                report.add(organization_id, place, f"file {row['id']}: {wrong}", Check.MESSAGES)
        looked += len(rows)
        if len(rows) < PAGE:
            return looked
        after = rows[-1]["id"]


async def _bytes(storage: Storage, row: attachments.Kept, *, full: bool) -> str | None:
    place = Place(row["organization_id"], row["id"])
    try:
        size = await storage.size(place)
        if kind_of(row["media_type"]) is Kind.IMAGE:
            await storage.size(Place(place.organization_id, place.file_id, Variant.THUMBNAIL))
        if size != row["size"]:
            return f"has {size} bytes, and {row['size']} were kept"
        if not full:
            return None
        sha256 = hashlib.sha256()
        async for chunk in storage.read(place):
            sha256.update(chunk)
    except MissingError:
        return "its bytes are missing"
    return None if sha256.hexdigest() == row["digest"] else "its bytes are not those that were kept"
