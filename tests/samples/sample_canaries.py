"""Conversations in which every kind of word that is kept anywhere is a canary, and where canaries are found."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sample_floor import AATU, AINO, BILLING, BOTTI, EINO, HOUSE, INES, ONNI, SAARA, SUPPORT, TIMER, Floor
from sample_record_form import FORM
from sample_surveys import ask

from valvomo.channels.media import Medium
from valvomo.channels.port import Inbound
from valvomo.commands.channels.receiving import kept
from valvomo.commands.channels.taking_in import TakeMessage
from valvomo.commands.conversations.ask import AskSupervisor
from valvomo.commands.conversations.bots import Escalate
from valvomo.commands.conversations.call import AcceptCall, Elevate
from valvomo.commands.conversations.consult import Consult
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.offers import RejectOffer
from valvomo.commands.conversations.record import EndRecording, StartRecording
from valvomo.commands.conversations.resolve import ResolveRecord
from valvomo.commands.conversations.serve import ChangeDetails, Complete, End, Pick
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.conversations.survey import AnswerSurvey
from valvomo.commands.conversations.transfer import TransferToAgent, TransferToQueue
from valvomo.commands.conversations.write_down import WriteDown
from valvomo.commands.records.change import ChangeRecord
from valvomo.commands.records.forms import ChangeRecordForm
from valvomo.commands.records.making import Draft
from valvomo.db import channels
from valvomo.db.channels import Call
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.conversations.model import Channel, Mode, Role
from valvomo.domain.conversations.resolve import Resolution

WORD = "zxqcanary"
_FOUND = re.compile(WORD + r"([a-z]+)")
_IN_HEX = re.compile(WORD.encode().hex() + r"((?:[0-9a-f]{2})+)")


def canary(kind: str) -> str:
    """A word that stands for what is written of a kind."""
    return f"{WORD}{kind}"


def kinds_in(text: str) -> set[str]:
    """The canaries in rows as PostgreSQL shows them: bytes are there in hexadecimal."""
    found = set(_FOUND.findall(text.lower()))
    for rest in _IN_HEX.findall(text):
        found |= set(_FOUND.findall(WORD + bytes.fromhex(rest).decode("latin-1")))
    return found


async def sung(floor: Floor) -> set[str]:
    """The canaries in any column of any table, also in what is kept compressed."""
    found: set[str] = set()
    for row in await floor.everything():
        found |= kinds_in(row)
    for row in await floor.sql("SELECT body FROM replay_snapshots"):
        found |= {f"past{kind}" for kind in kinds_in(zlib.decompress(row["body"]).decode("latin-1"))}
    return found


async def lay(floor: Floor, name: str = "Kaisa", email: str | None = None) -> tuple[str, ...]:
    """Conversations with words of every kind, of customers by this name; not closed yet."""
    await floor.with_texts()
    questions = [
        {"id": "why", "kind": "words", "words": {"en": "Why?"}},
        {"id": "again", "kind": "yes_no", "words": {"en": "Again?"}},
    ]
    await ask(floor, when="served", questions=questions)
    return (
        await _chat(floor, name, email),
        await _by_bot(floor),
        await _arrived(floor),
        await _case(floor, name, email),
    )


async def close(floor: Floor, ids: Sequence[str]) -> None:
    """Close all of them, with the last words that are written then."""
    for one in ids:
        if (await floor.get(one)).channel is Channel.RECORD:
            words = Resolution(outcome=canary("outcome"))
            await floor.done(ONNI, ResolveRecord(conversation_id=one, resolution=words))
        else:
            await floor.done(AINO, End(conversation_id=one))
        await floor.do(AINO, Complete(conversation_id=one))
    said = AnswerSurvey(
        conversation_id=ids[0],
        score=4,
        comment=canary("comment"),
        answers={"why": canary("why"), "again": True},
    )
    await floor.done(await floor.guest(ids[0]), said)
    assert [(await floor.get(one)).state for one in ids] == ["closed"] * len(ids)


async def _chat(floor: Floor, name: str, email: str | None) -> str:
    begun = StartConversation(
        channel=Channel.LIVE_CHAT, customer_name=name, email=email, workstream_id="noticed", queue=BILLING, version=1,
        subject=canary("subject"), answers={"q": canary("answer")}, context={"page": canary("context")},
    )  # fmt: skip
    one = str((await floor.done(INES, begun)).result["id"])
    await floor.done(EINO, Pick(conversation_id=one))
    await floor.done(EINO, TransferToQueue(conversation_id=one, queue=SUPPORT, note=canary("queuenote")))
    await floor.done(AINO, Pick(conversation_id=one))
    await floor.done(AINO, ChangeDetails(conversation_id=one, subject=canary("newsubject")))
    await floor.done(AINO, Consult(conversation_id=one, agent_id=EINO.id, note=canary("consultnote")))
    await floor.done(
        AINO, TransferToAgent(conversation_id=one, agent_id=SAARA.id, note=canary("transfernote"))
    )
    await floor.done(SAARA, RejectOffer(conversation_id=one))
    await floor.done(AINO, AskSupervisor(conversation_id=one, note=canary("asknote")))
    await floor.done(SAARA, Monitor(conversation_id=one))
    guest = await floor.guest(one)
    await floor.write(guest, one, canary("customer"))
    await floor.write(AINO, one, canary("note"), Visibility.INTERNAL)
    await floor.write(SAARA, one, canary("whisper"), Visibility.WHISPER)
    await floor.sql(
        "INSERT INTO attachments (organization_id, id, conversation_id, author_id, side, name, media_type, size,"
        " digest, progress, created_at) VALUES ($1, 'file', $2, 'aino', 'house', $3, 'application/pdf', 1, 'd',"
        " 'ready', $4)",
        HOUSE, one, f"{canary('file')}.pdf", floor.clock.now,
    )  # fmt: skip
    await floor.write(AINO, one, canary("agent"), attachments=("file",))
    await _spoken(floor, one)
    await _around(floor, one)
    return one


async def _spoken(floor: Floor, one: str) -> None:
    """A call in it, of which a machine has written down a line."""
    await floor.sql("UPDATE workstreams SET calls_kept = 'transcript'")
    guest = await floor.guest(one)
    await floor.done(AINO, Elevate(conversation_id=one, mode=Mode.VOICE))
    await floor.done(guest, AcceptCall(conversation_id=one, mode=Mode.VOICE))
    await floor.done(TIMER, StartRecording(conversation_id=one))
    (row,) = await floor.sql("SELECT id FROM recordings")
    said = WriteDown(
        recording_id=row["id"], person_id=guest.id, name=guest.name, spoken_as=Role.CUSTOMER, text=canary("spoken"),
        began_ms=1, ended_ms=900, confidence=0.5, heard=True,
    )  # fmt: skip
    await floor.done(TIMER, said)
    await floor.done(TIMER, EndRecording(recording_id=row["id"], tracks=()))


async def _around(floor: Floor, one: str) -> None:
    """What jobs write of a conversation: what a mail looked like, letters, a mailed transcript."""
    await floor.sql(
        "INSERT INTO message_html (organization_id, conversation_id, message_id, seq, html, remote, cut, created_at)"
        " SELECT organization_id, conversation_id, id, seq, $1, 0, false, at FROM public_messages LIMIT 1",
        canary("html"),
    )
    await floor.sql(
        "INSERT INTO outbox (organization_id, id, webhook_id, kind, body, due, created_at, delivered_at)"
        " VALUES ($1, 'letter', 'botti-told', 'message.posted', $2, $3, $3, $3)",
        HOUSE, {"conversation": one, "text": canary("letter")}, floor.clock.now,
    )  # fmt: skip
    await floor.sql(
        "INSERT INTO outbox_attempts (organization_id, letter_id, number, at, ms, answer)"
        " VALUES ($1, 'letter', 1, $2, 1, $3)",
        HOUSE, floor.clock.now, canary("echo").encode(),
    )  # fmt: skip
    await floor.sql(
        "INSERT INTO mails (organization_id, id, recipient, subject, body, due, created_at)"
        " VALUES ($1, 'mail', 'k@example.org', 'Your talk', $2, $3, $3)",
        HOUSE, canary("mail"), floor.clock.now,
    )  # fmt: skip
    await floor.sql("INSERT INTO transcript_mails VALUES ($1, $2, 'mail', $3)", HOUSE, one, floor.clock.now)


async def _by_bot(floor: Floor) -> str:
    one = await floor.start("botted")
    await floor.write(await floor.guest(one), one, canary("tobot"))
    await floor.sql("UPDATE outbox SET delivered_at = $1 WHERE delivered_at IS NULL", floor.clock.now)
    await floor.write(BOTTI, one, canary("bybot"))
    await floor.done(SAARA, Monitor(conversation_id=one))
    await floor.write(SAARA, one, canary("instruction"), Visibility.INSTRUCTION)
    let_go = Escalate(
        conversation_id=one,
        reason=canary("reason"),
        summary=canary("summary"),
        answers={"q": canary("botanswer")},
    )
    await floor.done(BOTTI, let_go)
    await floor.done(AINO, Pick(conversation_id=one))
    return one


async def _arrived(floor: Floor) -> str:
    now = floor.clock.now
    await floor.sql(
        "INSERT INTO channel_accounts (organization_id, id, provider, name, workstream_id, settings, secrets,"
        " created_at) VALUES ($1, 'line', 'custom', 'line', 'persistent', '{}', '', $2)",
        HOUSE, now,
    )  # fmt: skip
    came = Inbound(
        key="m1", address="a1", text=canary("arrived"), subject=canary("arrivedsubject"), sent_at=now,
        cursor={"subject": canary("threadsubject")},
        media=(Medium(ref=canary("mediaref"), name=canary("medium"), media_type="image/png"),),
    )  # fmt: skip
    async with floor.database.transaction() as tx:
        await channels.keep(tx, [Call(account=(HOUSE, "line"), at=now, items=[(kept(came, now), now)])])
    taken = await floor.done(TIMER, TakeMessage(account_id="line", address="a1", session_hours=1.0))
    one = str(taken.result["conversation"])
    await floor.done(AINO, Pick(conversation_id=one))
    await floor.write(AINO, one, canary("sent"))
    await floor.sql("UPDATE channel_media SET content = $1", canary("content").encode())
    await floor.sql(
        "UPDATE dispatches SET filled = $1, detail = $2", {"1": canary("filled")}, canary("detail")
    )
    return one


async def _case(floor: Floor, name: str, email: str | None) -> str:
    await floor.done(AATU, ChangeRecordForm(workstream_id="case", form=replace(FORM, version=0)))
    begun = StartConversation(
        channel=Channel.RECORD, customer_name=name, email=email, workstream_id="case", subject=canary("case"),
        record=Draft(description=canary("description"), fields={"model": canary("model")}),
    )  # fmt: skip
    one = str((await floor.done(INES, begun)).result["id"])
    await floor.done(ONNI, Pick(conversation_id=one))
    changed = ChangeRecord(
        conversation_id=one, revision=0, subject=canary("newcase"), description=canary("newdescription"),
        fields={"model": canary("newmodel"), "repaired": "2026-03-02", "wood": "a", "amount": 3},
    )  # fmt: skip
    await floor.done(ONNI, changed)
    await floor.sql(
        "INSERT INTO record_imports (organization_id, id, workstream_id, name, by_id, by_name, created_at, columns,"
        " total) VALUES ($1, 'import', 'case', 'cases.csv', 'aatu', 'Aatu', $2, '{a}', 1)",
        HOUSE, floor.clock.now,
    )  # fmt: skip
    await floor.sql(
        "INSERT INTO record_import_lines (organization_id, import_id, line, cells, record_id)"
        " VALUES ($1, 'import', 1, $2, $3)",
        HOUSE, [canary("cell")], one,
    )  # fmt: skip
    return one


async def look_on(floor: Floor) -> None:
    """Time goes by, so that what is kept of the past was kept while they went on."""
    floor.clock.now += timedelta(seconds=90)
