"""Texts that people are shown or must answer: notice, consent, purpose; every change is a new version (spec 1 §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed
from valvomo.commands.work import Work
from valvomo.domain.access.actor import UserRole
from valvomo.domain.conversations.model import ConsentPolicy
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.protocol.texts.catalogue import LANGUAGES, text

ORGANIZATION = "organization"
"""The subject of texts that hold for the whole organization."""

STAFF_KINDS = ("agent_monitoring", "supervisor_purpose")
CUSTOMER_KINDS = (ConsentPolicy.NOTICE.value, ConsentPolicy.CONSENT.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreText(Command):
    """The text from now on. `subject` is `organization` or a workstream's id."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    subject: str
    kind: str
    language: str
    text: str


@handles(StoreText)
async def store_text(work: Work, command: StoreText) -> Outcome:
    """The next version; the same words again make none."""
    await work.tx.row("house.lock_organization", work.organization_id)
    if refusal := await _subject_refusal(work, command):
        return refusal
    what = (command.subject, command.kind, command.language)
    newest = await work.tx.row("settings.newest_text", work.organization_id, *what)
    if newest is not None and newest["text"] == command.text:
        return {"version": newest["version"]}
    version = await add_version(work, what, command.text)
    before = {"version": newest["version"], "text": newest["text"]} if newest else {}
    thing = (command.subject, f"{command.kind} ({command.language})")
    note_changed(work, "text", thing, (before, {"version": version, "text": command.text}))
    return {"version": version}


async def add_version(work: Work, what: tuple[str, str, str], words: str) -> int:
    """The next version of subject, kind and language."""
    version: int = await work.tx.value("house.add_text", work.organization_id, *what, words, work.now)
    return version


async def add_defaults(
    work: Work, subject: str, kind: str, own: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The first version of a text in every language that has none yet: the given words, or the house's own."""
    words = {language: text(language, ("purpose", kind, "text")) for language in LANGUAGES} | dict(own or {})
    for language, said in words.items():
        if await work.tx.row("settings.newest_text", work.organization_id, subject, kind, language) is None:
            await add_version(work, (subject, kind, language), said)
    return words


async def _subject_refusal(work: Work, command: StoreText) -> Refusal | None:
    kinds = STAFF_KINDS if command.subject == ORGANIZATION else CUSTOMER_KINDS
    if command.kind not in kinds:
        return malformed("kind", f"is none of {', '.join(kinds)}")
    if command.subject == ORGANIZATION:
        return None
    known = await work.tx.row("house.workstream", work.organization_id, command.subject)
    return None if known else Refusal(Reason.UNKNOWN_TARGET, {"subject": command.subject})
