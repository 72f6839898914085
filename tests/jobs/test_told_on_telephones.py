"""Customers on a telephone are told who joins, leaves, takes over and ends it, on PostgreSQL (spec 1 §3)."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sample_floor import AINO, HOUSE, Floor
from sample_lines import CALLER, LINES, TRUNK
from sample_telephones import TelephoneHouse, lay_trunk
from sample_trunk import SampleKind
from sample_voice import SampleVoice, text_of

from valvomo.commands.conversations.call import Coach, Hold, StopCoach
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.join import Join, Leave, TakeOver
from valvomo.commands.conversations.monitor import Monitor, StopMonitor
from valvomo.commands.conversations.serve import End
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.conversations.model import State
from valvomo.domain.refusals import Refusal
from valvomo.jobs.calls import announcing, last_word
from valvomo.media.port import Gone
from valvomo.queries.told import customer_told
from valvomo.queries.verify import verify
from valvomo.trunks.port import Answered, Ended, Keys, Why

SAARA = Actor(
    id="saara",
    organization_id=HOUSE,
    name="Saara",
    roles=frozenset({UserRole.SUPERVISOR, UserRole.AGENT}),
    queues=frozenset({LINES}),
    supervised=frozenset({LINES}),
)
JOINED = "en: A supervisor, Saara, joined the conversation."
LEFT = "en: The supervisor, Saara, left the conversation."
TAKEN = "en: Saara has taken over the call."
CALLED_BACK = "en: We will call you back when it is your turn. You keep your place in the queue. Goodbye."
CLOSED = "en: A supervisor ended the conversation."


class House(TelephoneHouse):
    """A house in which a customer on the telephone is served by Aino, whom Saara watches over."""

    one = contact = ""

    async def talks(self) -> None:
        self.one = await self.rings()
        self.contact = self.contact_of[self.one]
        await self.served(self.one)
        await self.until(lambda: self.call(self.one).heard_by("aino") == {self.contact})

    def said(self) -> list[str]:
        """What was begun to be said, all of it to the customer."""
        assert {leg for leg, _ in self.engine.played} <= {self.contact}
        return [text_of(sound) for _, sound in self.engine.played]

    async def hears_out(self, words: str, call_id: str = "") -> None:
        """They hear it to its end."""
        call_id = call_id or self.one

        def begun() -> bool:
            call = self.engine.open.get(call_id)
            sound = call.playing.get(self.contact) if call is not None else None
            return sound is not None and text_of(sound) == words

        await self.until(begun)
        self.engine.over(call_id, self.contact)

    async def why_not(self, act: str) -> str | None:
        async with self.floor.database.asking() as tx:
            told = await customer_told(tx, SAARA, self.one)
        assert not isinstance(told, Refusal)
        return told.acts[act]


@pytest.fixture
def voice() -> SampleVoice:
    return SampleVoice()


@pytest.fixture
async def house(
    floor: Floor, tmp_path: Path, trunk_kind: SampleKind, voice: SampleVoice
) -> AsyncIterator[House]:
    await lay_trunk(floor, trunk_kind)
    await floor.sql("UPDATE workstreams SET callback_account_id = NULL")
    async with House(floor, tmp_path, trunk_kind, voice).open() as made:
        yield made
        voice.stuck = None


async def test_who_joins_leaves_and_takes_over_is_said_to_the_customer_alone(house: House) -> None:
    await house.talks()
    floor, one = house.floor, house.one
    before = len(house.said())
    await floor.done(SAARA, Join(conversation_id=one))
    await house.hears_out(JOINED)
    await floor.done(SAARA, Leave(conversation_id=one))
    await house.hears_out(LEFT)
    await floor.done(SAARA, Join(conversation_id=one))
    await floor.done(SAARA, TakeOver(conversation_id=one))
    await house.hears_out(JOINED)
    await house.hears_out(TAKEN)
    assert house.said()[before:] == [JOINED, LEFT, JOINED, TAKEN]
    assert house.call(one).heard_by("aino") == {house.contact}, "what is said takes nobody's place"
    assert (await verify(floor.database)).clean


async def test_monitoring_and_whispers_say_nothing(house: House) -> None:
    await house.talks()
    floor, one = house.floor, house.one
    before = house.said()
    for act in (Monitor, Coach, StopCoach, StopMonitor):
        await floor.done(SAARA, act(conversation_id=one))
    await floor.done(SAARA, Join(conversation_id=one))
    await house.hears_out(JOINED)
    assert house.said() == [*before, JOINED]


async def test_on_hold_they_hear_it_as_well(house: House) -> None:
    await house.talks()
    await house.floor.done(AINO, Hold(conversation_id=house.one))
    await house.floor.done(SAARA, Join(conversation_id=house.one))
    await house.hears_out(JOINED)


async def test_that_a_supervisor_ends_it_is_said_before_the_telephone_is_hung_up(house: House) -> None:
    await house.talks()
    floor, one = house.floor, house.one
    await floor.done(SAARA, Join(conversation_id=one))
    await house.hears_out(JOINED)
    await floor.done(SAARA, ForceClose(conversation_id=one, reason="r"))
    await house.until(lambda: one in house.engine.ended)
    assert "end C1" not in house.trunk.told, "agent and supervisor are out, the customer is told first"
    last = f"{one}.end"
    await house.until(lambda: last in house.engine.open and bool(house.engine.open[last].playing))
    assert house.engine.open[last].legs.keys() == {house.contact}
    await house.hears_out(CLOSED, last)
    await house.told("end C1")
    await house.until_forgotten()
    await house.until(lambda: last in house.engine.ended)
    assert house.said()[-2:] == [JOINED, CLOSED], "and nobody says that the supervisor left"


@pytest.mark.parametrize("how", ["stuck", "broken", "unplayable", "endless", "engine"])
async def test_a_last_word_that_cannot_be_said_holds_nobody(
    house: House, voice: SampleVoice, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "MAKING_SECONDS", 0.2)
    monkeypatch.setattr(last_word, "PLAYING_SECONDS", 0.2)
    await house.talks()
    if how == "stuck":
        voice.stuck = threading.Event()
    voice.broken, house.engine.unplayable = how == "broken", how == "unplayable"
    if how == "engine":
        house.engine.news.put_nowait(Gone((house.one,)))
        house.engine.away = True
    await house.floor.done(SAARA, ForceClose(conversation_id=house.one, reason="r"))
    await house.told("end C1")
    await house.until_forgotten()
    if voice.stuck is not None:
        voice.stuck.set()


async def test_who_hangs_up_meanwhile_has_gone(house: House) -> None:
    await house.talks()
    await house.floor.done(SAARA, ForceClose(conversation_id=house.one, reason="r"))
    last = f"{house.one}.end"
    await house.until(lambda: last in house.engine.open and bool(house.engine.open[last].playing))
    house.tell(Ended("C1", Why.HUNG_UP))
    await house.until(lambda: last in house.engine.ended)
    await house.until_forgotten()


async def test_who_asks_to_be_called_back_is_told_so_and_dialled_only_then(house: House) -> None:
    """Who is dialled while they still listen is found busy."""
    await house.floor.sql("UPDATE workstreams SET callback_account_id = $1 WHERE id = 'line'", TRUNK)
    house.one, house.contact = await house.comes_in()
    await house.until(lambda: house.one in house.engine.open)
    house.tell(Keys("C1", "1"))
    last = f"{house.one}.end"
    await house.until(lambda: last in house.engine.open and bool(house.engine.open[last].playing))
    await house.accepts(house.one)
    # Whoever comes in the same round as others are dialled comes after them.
    other, _ = await house.comes_in("C2", "+358407654322")
    await house.until(lambda: other in house.engine.open)
    assert not [one for one in house.trunk.told if one.startswith(("end", "dial"))]
    await house.hears_out(CALLED_BACK, last)
    call = (await house.floor.get(house.one)).call
    assert call is not None
    await house.told("end C1")
    await house.told(f"dial {call.id} {CALLER}")
    house.tell(Answered(call.id))
    await house.comes(house.one, AINO)
    await house.until(lambda: house.engine.open[call.id].heard_by("aino") == {house.contact})


async def test_an_agent_who_ends_it_hangs_up_at_once(house: House) -> None:
    await house.talks()
    before = house.said()
    await house.floor.done(AINO, End(conversation_id=house.one))
    await house.told("end C1")
    await house.until_state(house.one, State.WRAP_UP)
    assert house.said() == before


async def test_what_the_workstream_has_not_said_is_not_said(house: House) -> None:
    await house.floor.sql("UPDATE workstreams SET announced = '{supervisor_left}' WHERE id = 'line'")
    await house.talks()
    await house.floor.done(SAARA, Join(conversation_id=house.one))
    await house.floor.done(SAARA, Leave(conversation_id=house.one))
    await house.hears_out(LEFT)
    assert JOINED not in house.said()
    assert (await house.why_not("join"), await house.why_not("leave")) == ("switched_off", None)


async def test_who_calls_is_told_of_their_own_call_only(house: House) -> None:
    """What was before the telephone was answered is not said to it."""
    await house.floor.sql("UPDATE workstreams SET callback_account_id = $1 WHERE id = 'line'", TRUNK)
    await house.talks()
    await house.floor.done(SAARA, Join(conversation_id=house.one))
    await house.until(lambda: JOINED in house.said())
    house.tell(Ended("C1", Why.FAILED))
    await house.until_state(house.one, State.OPEN)
    before = house.said()
    call_id = await house.called_back(house.one)
    await house.comes(house.one, AINO)
    await house.until(lambda: house.engine.open[call_id].heard_by("aino") == {house.contact})
    await house.floor.done(SAARA, Join(conversation_id=house.one))
    await house.hears_out(JOINED, call_id)
    assert house.said() == [*before, JOINED]


async def test_whether_they_are_told_is_known_beforehand(house: House, voice: SampleVoice) -> None:
    await house.talks()

    async def told() -> bool:
        return await house.why_not("force_close") is None

    await house.until(told)
    assert {act: await house.why_not(act) for act in ("join", "leave", "take_over")} == dict.fromkeys(
        ("join", "leave", "take_over")
    )
    voice.broken = True
    await house.floor.done(SAARA, Join(conversation_id=house.one))

    async def cannot() -> bool:
        return await house.why_not("leave") == "no_voice"

    await house.until(cannot)
    voice.broken = False
    await house.floor.done(SAARA, Leave(conversation_id=house.one))
    await house.hears_out(LEFT)
    await house.until(told)
    await house.floor.sql(
        "UPDATE call_carriers SET seen_at = seen_at - interval '1 hour', process_id = 'gone'"
    )
    await house.floor.sql("UPDATE telephones SET process_id = 'gone'")
    assert await house.why_not("leave") == "no_voice"
