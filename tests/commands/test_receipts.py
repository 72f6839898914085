"""The same idempotency key has one effect (invariant 9)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import ClassVar

from sample_floor import AINO, EINO, SAARA, Floor

from valvomo.commands.conversations import serve
from valvomo.commands.conversations.assign import AssignToAgent
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.execute import Done
from valvomo.commands.registry import HANDLERS, Command, Outcome
from valvomo.commands.work import Work
from valvomo.domain.agents.events import TranscriptTaken
from valvomo.domain.refusals import Reason, Refusal


async def test_again_with_the_same_key_is_answered_and_not_done(floor: Floor) -> None:
    one = await floor.start()
    command = AssignToAgent(conversation_id=one, agent_id=AINO.id)
    first = await floor.do(SAARA, command, "key")
    assert isinstance(first, Done)
    assert not first.repeated
    before = await floor.everything()
    again = await floor.do(SAARA, command, "key")
    assert isinstance(again, Done)
    assert (again.result, again.repeated, again.position) == (first.result, True, None)
    assert await floor.everything() == before


async def test_a_key_is_for_one_command(floor: Floor) -> None:
    one, two = await floor.start(), await floor.start()
    await floor.do(SAARA, AssignToAgent(conversation_id=one, agent_id=AINO.id), "key")
    before = await floor.everything()
    for other in (
        AssignToAgent(conversation_id=two, agent_id=AINO.id), AssignToAgent(conversation_id=one, agent_id=EINO.id),
        ForceClose(conversation_id=one, reason="r"),
    ):  # fmt: skip
        assert await floor.do(SAARA, other, "key") == Refusal(Reason.KEY_REUSED)
    assert await floor.everything() == before


async def test_a_key_is_its_owners(floor: Floor) -> None:
    one, two = await floor.start(), await floor.start()
    for agent, conversation in ((AINO, one), (EINO, two)):
        assert isinstance(await floor.do(agent, serve.Pick(conversation_id=conversation), "key"), Done)


async def test_a_refusal_is_not_kept(floor: Floor) -> None:
    """It changed nothing, so asking again later is asking anew."""
    one = await floor.accepted()
    command = serve.Complete(conversation_id=one)
    assert isinstance(await floor.do(AINO, command, "key"), Refusal)
    await floor.done(AINO, serve.End(conversation_id=one))
    assert isinstance(await floor.do(AINO, command, "key"), Done)


async def test_many_at_once_are_one(floor: Floor) -> None:
    one = await floor.start()
    command = AssignToAgent(conversation_id=one, agent_id=AINO.id)
    outcomes = await asyncio.gather(*(floor.do(SAARA, command, "key") for _ in range(6)))
    done = [outcome for outcome in outcomes if isinstance(outcome, Done)]
    assert len(done) == 6
    assert [outcome.repeated for outcome in done].count(False) == 1
    assert len({str(outcome.result) for outcome in done}) == 1
    assert len(await floor.facts(one)) == 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisper(Command):
    """A command with a secret in it and one in its outcome."""

    secret: ClassVar[frozenset[str]] = frozenset({"password", "token"})
    name: str
    password: str = field(repr=False)


async def test_secrets_are_in_no_receipt(floor: Floor) -> None:
    async def handle(work: Work, command: Whisper) -> Outcome:
        return {"name": command.name, "token": "canary-token"}

    HANDLERS[Whisper] = handle
    try:
        first = await floor.do(SAARA, Whisper(name="n", password="canary-password"), "key")
        assert isinstance(first, Done)
        assert first.result["token"] == "canary-token"
        again = await floor.do(SAARA, Whisper(name="n", password="another"), "key")
        assert again == Done(result={"name": "n"}, repeated=True)
        assert "canary" not in str(await floor.everything())
    finally:
        del HANDLERS[Whisper]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Command):
    """Somebody reads something by it."""

    looks: ClassVar[bool] = True


async def test_what_is_looked_at_is_judged_and_noted_with_any_key(floor: Floor) -> None:
    one, refusals = await floor.start(), list[Refusal]()

    async def handle(work: Work, command: Look) -> Outcome:
        if refusals:
            return refusals[0]
        work.note(TranscriptTaken(conversation_id=one, format="text", purpose="p", redacted=False))
        return {"words": "canary"}

    HANDLERS[Look] = handle
    try:
        for times in (1, 2):
            done = await floor.do(SAARA, Look(), "key")
            assert isinstance(done, Done)
            assert not done.repeated
            assert [fact.kind for fact in await floor.all_facts()].count("transcript_taken") == times
        refusals.append(Refusal(Reason.MONITOR_FIRST))
        assert await floor.do(SAARA, Look(), "key") == refusals[0]
        assert "canary" not in str(await floor.everything())
    finally:
        del HANDLERS[Look]
