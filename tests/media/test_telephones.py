"""Calls of who has no browser: a telephone as a customer, and everybody else in a real browser."""

import asyncio
from contextlib import aclosing

import pytest
from sample_call import Meeting
from sample_telephone import Telephone

from valvomo.domain.calls.hearing import Part
from valvomo.media.embedded import board
from valvomo.media.janus.engine import JanusEngine
from valvomo.media.port import Connected, Dialled, GoneError, Heard, Lost, PcmLeg, Pressed, Speaking

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
PATIENCE = 120.0

C, A, S, L, W, P = (
    Part.CUSTOMER, Part.AGENT, Part.CONSULT, Part.LISTENER, Part.WHISPERER, Part.SPEAKER,
)  # fmt: skip


async def test_every_row_of_the_table(meeting: Meeting) -> None:
    async with asyncio.timeout(PATIENCE), Telephone.ringing(meeting.engine, "call", "customer") as phone:
        meeting.telephones["customer"] = phone
        await meeting.until(customer="")
        await meeting.route({"customer": C})
        await meeting.until(customer="music")
        parts = {"customer": C, "agent": A, "supervisor": L}
        for who in ("agent", "supervisor"):
            await meeting.come(who, W if who == "supervisor" else A)
        await meeting.route(parts)
        await meeting.until(customer="agent", agent="customer", supervisor="agent customer")
        await meeting.route(parts | {"supervisor": W})
        await meeting.until(customer="agent", agent="customer supervisor", supervisor="agent customer")
        await meeting.route(parts | {"supervisor": P})
        await meeting.until(
            customer="agent supervisor", agent="customer supervisor", supervisor="agent customer"
        )
        await meeting.route(parts | {"supervisor": P}, held=True)
        await meeting.until(customer="music", agent="supervisor", supervisor="agent")
        await meeting.route(parts | {"supervisor": P}, muted={"agent"})
        await meeting.until(customer="supervisor", agent="customer supervisor", supervisor="customer")
        await meeting.come("consult", S)
        parts = {"customer": C, "agent": A, "consult": S, "supervisor": W}
        await meeting.route(parts, private="consult")
        await meeting.until(
            customer="agent", agent="consult customer supervisor", consult="agent customer",
            supervisor="agent consult customer",
        )  # fmt: skip
        await meeting.route(parts)
        await meeting.until(customer="agent consult", consult="agent customer")
        await meeting.route(parts, muted={"customer"})
        await meeting.until(customer="agent consult", agent="consult supervisor", consult="agent")
        await meeting.route({})
        await meeting.until(customer="", agent="", consult="", supervisor="")


async def test_two_telephones_of_different_rates_hear_each_other(meeting: Meeting) -> None:
    async with (
        asyncio.timeout(PATIENCE),
        Telephone.ringing(meeting.engine, "call", "customer", 8_000) as one,
        Telephone.ringing(meeting.engine, "call", "agent", 16_000) as other,
    ):
        meeting.telephones.update(customer=one, agent=other)
        await meeting.route({"customer": C, "agent": A})
        await meeting.until(customer="agent", agent="customer")
        await meeting.engine.open_call("other", beside="call")
        await meeting.engine.move_leg("call", "agent", "other")
        await meeting.until(customer="", agent="")
        assert await meeting.engine.calls() == {"call", "other"}
        await meeting.engine.remove_leg("call", "customer")
        await meeting.eventually(lambda: _is(one.over))
        await meeting.engine.end_call("other")
        await meeting.eventually(lambda: _is(other.over))


async def _is(what: object) -> bool:
    return bool(what)


async def test_what_is_said_can_be_written_down_while_it_may_be_kept(meeting: Meeting) -> None:
    pcm: dict[str, Telephone] = {}
    ended: set[str] = set()

    async def write_down(who: str) -> None:
        pcm[who] = Telephone(meeting.engine, "call", who, 16_000)
        async with aclosing(meeting.engine.tap("call", who)) as heard:
            async for one in heard:
                assert isinstance(one, Heard)
                assert (one.call_id, one.leg_id, len(one.pcm)) == ("call", who, 640)
                assert one.at > pcm[who].at
                pcm[who].at = one.at
                pcm[who].pcm.frombytes(one.pcm)
                del pcm[who].pcm[:-3_200]
        ended.add(who)

    async with (
        asyncio.timeout(PATIENCE),
        Telephone.ringing(meeting.engine, "call", "customer") as phone,
        asyncio.TaskGroup() as tasks,
    ):
        meeting.telephones["customer"] = phone
        for who in ("customer", "agent", "supervisor"):
            tasks.create_task(write_down(who))
        parts = {"customer": C, "agent": A, "supervisor": W}
        for who in ("agent", "supervisor"):
            await meeting.come(who, parts[who])
        await meeting.says("agent", 50)
        assert [len(pcm[who].pcm) for who in parts] == [0, 0, 0]
        await meeting.route(parts)
        meeting.telephones.update({f"{who} written": one for who, one in pcm.items()})
        await meeting.until(**{"customer written": "customer", "agent written": "agent"})
        await meeting.until(agent="customer supervisor")
        await meeting.route(parts, held=True)
        await meeting.until(agent="supervisor")
        before = {who: one.at for who, one in pcm.items()}
        await meeting.says("agent", 50)
        assert {who: one.at for who, one in pcm.items()} == before, "on hold nothing is"
        await meeting.route(parts)
        await meeting.eventually(lambda: _is(pcm["customer"].at > before["customer"]))
        await meeting.eventually(lambda: _is(pcm["agent"].at > before["agent"]))
        assert len(pcm["supervisor"].pcm) == 0
        await meeting.engine.end_call("call")
        await meeting.eventually(lambda: _is(len(ended) == 3))
    async with aclosing(meeting.engine.tap("call", "agent")) as gone:
        assert [one async for one in gone] == []


async def test_keys(meeting: Meeting) -> None:
    told: list[str] = []

    async def listen() -> None:
        async for one in meeting.engine.happenings():
            if isinstance(one, Pressed):
                told.append(f"{one.leg_id} {one.key}")  # noqa: PERF401 - it has no end

    async with (
        asyncio.timeout(PATIENCE),
        Telephone.ringing(meeting.engine, "call", "customer") as phone,
        asyncio.TaskGroup() as tasks,
    ):
        meeting.telephones["customer"] = phone
        listening = tasks.create_task(listen())
        await meeting.come("agent", A)
        await meeting.route({"customer": C, "agent": A})
        await meeting.until(customer="agent", agent="customer")
        if isinstance(meeting.engine, JanusEngine):
            # Its rooms agree on no keys, and the browser says so before any is pressed.
            assert await meeting.page.evaluate("canPress('agent')") is False
        else:
            await meeting.page.evaluate("press('agent', '12#')")
            await meeting.eventually(lambda: _is(len(told) == 3))
            assert told == ["agent 1", "agent 2", "agent #"]
        told.clear()
        await meeting.engine.dtmf("call", "customer", "0*")
        await meeting.eventually(lambda: _is(len(told) == 2))
        assert told == ["customer 0", "customer *"]
        await meeting.engine.send_dtmf("call", "customer", "77D")
        await meeting.eventually(lambda: _is(phone.dialled == "77D"))
        await meeting.engine.send_dtmf("call", "agent", "1")
        await meeting.engine.dtmf("call", "nobody", "1")
        for keys in ("", "x", "1 2", "e"):
            with pytest.raises(ValueError, match="keys"):
                await meeting.engine.dtmf("call", "customer", keys)
            with pytest.raises(ValueError, match="keys"):
                await meeting.engine.send_dtmf("call", "customer", keys)
        await meeting.until(customer="agent", agent="customer")
        listening.cancel()


async def test_a_telephone_that_comes_speaks_and_is_gone(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "LOST_SECONDS", 1.0)
    happenings = meeting.engine.happenings()
    async with asyncio.timeout(PATIENCE):
        async with Telephone.ringing(meeting.engine, "call", "customer"):
            await meeting.come("agent", A)
            await meeting.route({"customer": C, "agent": A})
            seen = {Connected("call", "customer"), Speaking("call", "customer", speaking=True)}
            while seen:
                seen.discard(await anext(happenings))
            quality = (await meeting.engine.quality("call"))["customer"]
            assert min(quality.up, quality.down) > 0
        while await anext(happenings) != Lost("call", "customer"):
            pass


async def test_telephones_that_cannot_come(meeting: Meeting) -> None:
    with pytest.raises(GoneError):
        await meeting.engine.add_pcm_leg(PcmLeg(call_id="never opened", leg_id="customer"))
    with pytest.raises(ValueError, match="samples a second"):
        await meeting.engine.add_pcm_leg(PcmLeg(call_id="call", leg_id="customer", rate=11_025))
    await meeting.engine.feed("call", "customer", b"\0\0")
    await meeting.engine.feed("never opened", "customer", b"\0\0")
    await meeting.engine.send_dtmf("never opened", "customer", "1")
    async with aclosing(meeting.engine.sound("call", "customer")) as nobody:
        assert [one async for one in nobody if isinstance(one, Dialled)] == []
