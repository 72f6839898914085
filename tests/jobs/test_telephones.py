"""Telephones on PostgreSQL: a trunk without a network, an engine without media, and all that becomes of a call."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import msgspec
import pytest
from sample_engine import SampleEngine
from sample_floor import AINO, EINO, HOUSE, ROUTER, SAARA
from sample_lines import CALLER, TRUNK, line_of
from sample_routing import ask
from sample_telephones import LINES_AGENT, OTHER, TelephoneHouse
from sample_trunk import SampleTrunk

from valvomo.channels.port import Answer as ProviderAnswer
from valvomo.channels.port import Request, UnverifiedError
from valvomo.commands.conversations.begin import BeginConversation
from valvomo.commands.conversations.call import Hold, Unhold
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.offers import AcceptOffer
from valvomo.commands.conversations.serve import End
from valvomo.commands.conversations.telephone import Redial
from valvomo.commands.switchboard import Switchboard
from valvomo.db.telephones import Wanted
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.conversations import ending
from valvomo.domain.conversations.call_marks import Line
from valvomo.domain.conversations.model import State
from valvomo.domain.refusals import Reason, Refusal
from valvomo.media.port import Gone
from valvomo.trunks.port import Answered, Ended, Keys, Ringing, Sound, Why
from valvomo.trunks.port import State as TrunkState
from valvomo.trunks.webhooked import Socket


async def test_a_caller_waits_with_music_is_served_and_hangs_up(phones: TelephoneHouse) -> None:
    one = await phones.rings()
    waiting = await phones.floor.get(one)
    assert (waiting.state, waiting.customer_name) == (State.OPEN, CALLER)
    assert waiting.call is not None
    assert waiting.call.telephone is not None
    assert waiting.call.telephone.called == OTHER
    assert phones.trunk.heard["C1"] == f"to {waiting.contact_id}".encode()
    await phones.served(one)
    assert phones.call(one).heard_by("aino") == {waiting.contact_id}
    assert phones.call(one).heard_by(waiting.contact_id) == {"aino"}
    phones.tell(Sound("C1", b"hello"))
    await phones.until(lambda: phones.engine.fed.get((one, waiting.contact_id)) == b"hello")
    await phones.floor.done(AINO, Hold(conversation_id=one))
    await phones.until(lambda: phones.call(one).music(waiting.contact_id) and "hold C1" in phones.trunk.told)
    await phones.floor.done(AINO, Unhold(conversation_id=one))
    await phones.told("unhold C1")
    phones.tell(Ended("C1", Why.HUNG_UP))
    await phones.until_state(one, State.WRAP_UP)
    await phones.until_forgotten()
    await phones.until(lambda: one in phones.engine.ended)
    assert "end C1" not in phones.trunk.told
    # The number makes them known, also the next time.
    again = await phones.rings("C2")
    assert (await phones.floor.get(again)).contact_id == waiting.contact_id


async def test_who_withholds_their_number_is_somebody_else_each_time(phones: TelephoneHouse) -> None:
    first, second = await phones.rings("C1", ""), await phones.rings("C2", "")
    people = [await phones.floor.get(one) for one in (first, second)]
    assert people[0].contact_id != people[1].contact_id
    assert {one.customer_name for one in people} == {"Anonymous"}


async def test_who_gives_up_waiting_has_abandoned_it(phones: TelephoneHouse) -> None:
    one = await phones.rings()
    phones.tell(Ended("C1", Why.HUNG_UP))
    await phones.until_state(one, State.CLOSED)
    assert (await phones.floor.get(one)).closed_as == "abandoned"
    await phones.until_forgotten()


@pytest.mark.parametrize("how", ["end", "force_close"])
async def test_with_the_end_of_the_conversation_the_telephone_is_hung_up(
    phones: TelephoneHouse, how: str
) -> None:
    one = await phones.rings()
    if how == "end":
        await phones.served(one)
        await phones.floor.done(AINO, End(conversation_id=one))
    else:
        supervisor = Actor(
            id="saara",
            organization_id=HOUSE,
            name="Saara",
            roles=SAARA.roles,
            supervised=frozenset({"lines"}),
        )
        await phones.floor.done(supervisor, ForceClose(conversation_id=one, reason="it is late"))
    await phones.told("end C1")
    await phones.until_forgotten()


async def test_a_queue_that_is_closed_takes_nobody(phones: TelephoneHouse) -> None:
    rule = {"trigger": "length", "remedy": "close", "over": 0, "texts": {"en": "Nobody is here."}}
    await phones.floor.sql("UPDATE queues SET overflow = $1 WHERE id = 'lines'", [rule | {"over": 1}])
    await phones.rings("C1")
    phones.tell(Ringing("C2", OTHER, OTHER))
    await phones.told("refuse C2 closed")
    await phones.until(lambda: "take C2" not in phones.trunk.told)


async def test_an_agent_calls_and_is_answered(phones: TelephoneHouse) -> None:
    command = BeginConversation(account_id=TRUNK, address=OTHER, client_id="c")
    begun = await phones.floor.done(LINES_AGENT, command)
    one = str(begun.result["id"])
    again = await phones.floor.do(LINES_AGENT, command)
    await phones.fired(one)
    assert await line_of(phones.floor, one) is Line.DIALLING
    call = (await phones.floor.get(one)).call
    assert call is not None
    assert not isinstance(again, Refusal) or again.reason is Reason.ONGOING
    await phones.told(f"dial {call.id} {OTHER}")
    await phones.comes(one, LINES_AGENT)
    assert phones.engine.open[call.id].legs.keys() == {"aino"}, "they wait for who is called"
    refused = await phones.floor.do(
        LINES_AGENT, BeginConversation(account_id=TRUNK, address=OTHER, client_id="d")
    )
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.facts["conversation"]) == (Reason.ONGOING, one)
    phones.tell(Answered(call.id))
    await phones.until_line(one, Line.UP)
    contact = (await phones.floor.get(one)).contact_id
    await phones.until(lambda: phones.engine.open[call.id].heard_by("aino") == {contact})


@pytest.mark.parametrize("why", [Why.BUSY, Why.NO_ANSWER, Why.UNREACHABLE])
async def test_who_is_not_reached_is_called_again(phones: TelephoneHouse, why: Why) -> None:
    one, first = await phones.dials()
    await phones.told(f"dial {first} {OTHER}")
    phones.tell(Ended(first, why))
    await phones.until_line(one, Line.MISSED)
    missed = await phones.floor.get(one)
    assert missed.state is State.ACTIVE
    assert missed.call is not None
    assert missed.call.telephone is not None
    assert missed.call.telephone.why == why.value
    await phones.floor.done(LINES_AGENT, Redial(conversation_id=one))
    second = (await phones.floor.get(one)).call
    assert second is not None
    assert second.id != first
    await phones.told(f"dial {second.id} {OTHER}")
    await phones.floor.done(LINES_AGENT, End(conversation_id=one))
    await phones.told(f"end {second.id}")
    await phones.until_forgotten()


async def test_what_the_trunk_refuses_to_dial_is_told(phones: TelephoneHouse) -> None:
    phones.trunk.refuses = Why.FORBIDDEN
    one, _ = await phones.dials()
    await phones.until_line(one, Line.MISSED)
    await phones.until_forgotten()


@pytest.mark.parametrize("wanted_before", [False, True], ids=["begun", "called back"])
async def test_a_country_that_is_not_called_any_more_is_not_dialled(
    phones: TelephoneHouse, wanted_before: bool
) -> None:
    if wanted_before:
        one = await phones.rings()
        phones.tell(Keys("C1", "1"))
        await phones.until_line(one, Line.WANTED)
        await phones.until_forgotten()
        await phones.floor.done(ROUTER, ask(one, "aino"))
        await phones.floor.done(AINO, AcceptOffer(conversation_id=one))
    else:
        begun = BeginConversation(account_id=TRUNK, address=OTHER, client_id="c")
        one = str((await phones.floor.done(LINES_AGENT, begun)).result["id"])
    await phones.floor.sql(
        "UPDATE channel_accounts SET settings = $1 WHERE id = $2", {"countries": "SE"}, TRUNK
    )
    await phones.fired(one)
    await phones.until_line(one, Line.MISSED)
    call = (await phones.floor.get(one)).call
    assert call is not None
    assert call.telephone is not None
    assert call.telephone.why == "forbidden"
    assert not [told for told in phones.trunk.told if told.startswith("dial ")]


async def test_keys_in_both_directions_are_kept_nowhere(phones: TelephoneHouse) -> None:
    one = await phones.rings()
    await phones.served(one)
    assert await phones.calling.press(AINO, one, "4929#") is None
    assert "keys C1 4929#" in phones.trunk.told
    other = await phones.calling.press(EINO, one, "1")
    assert isinstance(other, Refusal)
    phones.tell(Keys("C1", "4111"))
    await phones.until(lambda: bool(phones.pressed))
    assert (phones.pressed[0].conversation_id, phones.pressed[0].keys) == (one, "4111")
    assert not await phones.floor.sql("SELECT 1 FROM call_signals WHERE offer LIKE '%4929%'")
    assert all(b"4111" not in msgspec.json.encode(fact.event) for fact in await phones.floor.all_facts())


async def test_a_key_of_a_request_presses_once(phones: TelephoneHouse) -> None:
    one = await phones.rings()
    await phones.served(one)
    for _ in range(2):
        assert await phones.calling.press(AINO, one, "4929#", "once") is None
    assert phones.trunk.told.count("keys C1 4929#") == 1
    other = await phones.calling.press(AINO, one, "4929", "once")
    assert other == Refusal(Reason.KEY_REUSED)
    kept = str(await phones.floor.sql("SELECT r::text AS all_of_it FROM receipts r"))
    assert "once" in kept
    assert "4929" not in kept


async def test_who_waits_presses_a_key_and_is_called_back_in_their_place(phones: TelephoneHouse) -> None:
    one = await phones.rings()
    before = await phones.floor.get(one)
    phones.tell(Keys("C1", "1"))
    await phones.until_line(one, Line.WANTED)
    await phones.told("end C1")
    after = await phones.floor.get(one)
    assert (after.state, after.queued_at) == (State.OPEN, before.queued_at)
    await phones.until_forgotten()
    call_id = await phones.called_back(one)
    await phones.comes(one, AINO)
    await phones.until(lambda: phones.engine.open[call_id].heard_by("aino") == {before.contact_id})


async def test_without_a_callback_account_keys_mean_nothing(phones: TelephoneHouse) -> None:
    await phones.floor.sql("UPDATE workstreams SET callback_account_id = NULL")
    one = await phones.rings()
    phones.tell(Keys("C1", "1"), Sound("C1", b"still there"))
    contact = (await phones.floor.get(one)).contact_id
    await phones.until(lambda: (one, contact) in phones.engine.fed)
    assert await line_of(phones.floor, one) is Line.UP


@pytest.mark.parametrize("refused", [False, True])
async def test_a_call_is_forwarded_or_stays(phones: TelephoneHouse, refused: bool) -> None:
    one = await phones.rings()
    await phones.served(one)
    me = Actor(
        id="aino",
        organization_id=HOUSE,
        name="Aino",
        roles=frozenset({UserRole.AGENT}),
        queues=frozenset({"lines"}),
    )
    abroad = await phones.calling.forward(me, one, "+46812345678")
    assert isinstance(abroad, Refusal)
    assert abroad.reason is Reason.COUNTRY_FORBIDDEN
    phones.trunk.refuses = Why.BUSY if refused else None
    outcome = await phones.calling.forward(me, one, OTHER)
    assert f"transfer C1 {OTHER}" in phones.trunk.told
    if refused:
        assert isinstance(outcome, Refusal)
        assert outcome.reason is Reason.NOT_FORWARDED
        assert await line_of(phones.floor, one) is Line.UP
    else:
        assert outcome is None
        await phones.until_state(one, State.WRAP_UP)
        await phones.until_forgotten()
        assert "end C1" not in phones.trunk.told, "it is theirs now"


async def test_a_part_of_the_engine_dies_and_the_telephone_is_in_the_call_again(
    phones: TelephoneHouse,
) -> None:
    one = await phones.rings()
    contact = (await phones.floor.get(one)).contact_id
    phones.engine.open.pop(one)
    phones.engine.news.put_nowait(Gone((one,)))
    await phones.until(lambda: one in phones.engine.open and phones.engine.open[one].music(contact))


async def test_a_trunk_that_is_gone_takes_its_calls_along(phones: TelephoneHouse) -> None:
    waiting, served = await phones.rings("C1"), await phones.rings("C2", OTHER)
    await phones.served(served)
    await phones.floor.sql("UPDATE channel_accounts SET disabled = true WHERE id = $1", TRUNK)
    await phones.until_state(waiting, State.CLOSED)
    await phones.until_state(served, State.WRAP_UP)
    await phones.until_forgotten()
    # Nobody can be called back over it, and that they are gone is not their doing.
    assert (await phones.floor.get(waiting)).closed_as == "auto_closed"
    facts = [fact.event for fact in await phones.floor.all_facts()]
    ends = {one.kind: one.cause for one in facts if isinstance(one, ending.AutoClosed | ending.Ended)}
    assert ends == {"auto_closed": "call_lost", "ended": "call_lost"}


async def test_whom_a_dead_process_had_is_called_back(phones: TelephoneHouse) -> None:
    floor = phones.floor
    waiting, served = await phones.rings("C1"), await phones.rings("C2", OTHER)
    await phones.served(served)
    before = await floor.get(waiting)
    await floor.sql("UPDATE telephones SET process_id = 'dead'")
    await phones.until_lost(waiting)
    await phones.until_lost(served)
    assert not await floor.sql("SELECT 1 FROM telephones")
    now = await floor.get(waiting)
    assert (now.state, now.queued_at) == (State.OPEN, before.queued_at)
    assert ((await floor.get(served)).state, (await floor.get(served)).affinity_id) == (State.OPEN, AINO.id)
    call_id = await phones.called_back(waiting)
    await phones.until_line(waiting, Line.UP)
    assert f"dial {call_id} {CALLER}" in phones.trunk.told


async def test_the_health_of_an_account_is_what_its_trunk_says(phones: TelephoneHouse) -> None:
    async def seen() -> dict[str, object]:
        return dict(
            (await phones.floor.sql("SELECT seen FROM channel_accounts WHERE id = $1", TRUNK))[0]["seen"]
        )

    async def unwell() -> bool:
        return (await seen()).get("well") is False

    async def well() -> bool:
        return (await seen()).get("well") is True

    phones.tell(TrunkState(ready=False, why="401 wrong password"))
    await phones.until(unwell)
    assert (await seen())["detail"] == "401 wrong password"
    phones.tell(TrunkState(ready=True))
    await phones.until(well)


async def test_one_process_at_a_time_has_an_account(phones: TelephoneHouse) -> None:
    engine = SampleEngine()
    async with phones.carrying("other", engine):
        one = await phones.rings()
        assert len(phones.kind.trunks) == 1
        assert phones.carried is not None
        phones.carried.cancel()
        await phones.until(lambda: len(phones.kind.trunks) > 1 and phones.trunk.running)
        # What the first one had is over with it, and the other one takes what comes next.
        await phones.floor.sql("DELETE FROM call_carriers WHERE process_id = 'carrier'")
        await phones.until_lost(one)
        phones.tell(Ringing("C2", CALLER, OTHER))
        await phones.told("take C2")
        held = await phones.floor.sql("SELECT process_id FROM trunk_holders")
        assert [row["process_id"] for row in held] == ["other"]


async def test_a_socket_is_let_in_once_and_brings_the_call_here(phones: TelephoneHouse) -> None:
    class Streaming(SampleTrunk):
        """A trunk whose provider brings the sound of calls."""

        refused: ClassVar[Counter[str]] = Counter({"frame": 2})

        async def answer(self, request: Request) -> ProviderAnswer:
            raise UnverifiedError(request.method)

        def admits(self, token: str) -> str | None:
            return token if token == "C1" else None

        async def stream(self, call: str, socket: Socket) -> None:
            """Nothing is carried here."""

    await phones.rings()
    await phones.floor.sql("UPDATE telephones SET process_id = 'who heard that it rings'")
    board, adopted = Switchboard(phones.floor.database), list[Wanted]()
    board.open[HOUSE, TRUNK], board.process_id, board.adopt = Streaming(), "here", adopted.append
    forged = await board.admit("twilio_voice", TRUNK, "C2")
    first = await board.admit("twilio_voice", TRUNK, "C1")
    second = await board.admit("twilio_voice", TRUNK, "C1")
    assert [isinstance(one, Refusal) for one in (forged, first, second)] == [True, False, True]
    told = {"token": 1, "used": 1, "frame": 2, "unsigned": 0, "unreadable": 0, "source": 0}
    assert dict(board.refusals) == told
    board.shut((HOUSE, TRUNK))
    assert (board.open, dict(board.refusals)) == ({}, told), (
        "what a trunk has refused is told when it is closed too"
    )
    assert [one.trunk_call for one in adopted] == ["C1"]
    rows = await phones.floor.sql("SELECT process_id FROM telephones")
    assert [row["process_id"] for row in rows] == ["here"]
    nobody = Request(method="POST", query="", headers={}, body=b"", at=phones.floor.clock())
    assert isinstance(await board.answer("twilio_voice", TRUNK, nobody), Refusal)
