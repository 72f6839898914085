"""Calls in real browsers: what each of them really hears."""

import asyncio

import pytest
from sample_call import Meeting

from valvomo.domain.calls.hearing import Part
from valvomo.media.port import Connected, GoneError, Happening, Kind, Lost, Speaking, WebLeg

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
PATIENCE = 120.0

C, A, S, L, W, P = (
    Part.CUSTOMER, Part.AGENT, Part.CONSULT, Part.LISTENER, Part.WHISPERER, Part.SPEAKER,
)  # fmt: skip


async def served(meeting: Meeting, supervisor: Part | None = None) -> dict[str, Part]:
    """A customer, an agent, and perhaps a supervisor in their call."""
    parts = {"customer": C, "agent": A} | ({"supervisor": supervisor} if supervisor else {})
    for who, part in parts.items():
        await meeting.come(who, part)
    await meeting.route(parts)
    return parts


async def test_listening_whispering_joining(meeting: Meeting) -> None:
    async with asyncio.timeout(PATIENCE):
        parts = await served(meeting, W)
        await meeting.until(customer="agent", agent="customer supervisor", supervisor="agent customer")
        await meeting.route(parts | {"supervisor": P})
        await meeting.until(
            customer="agent supervisor", agent="customer supervisor", supervisor="agent customer"
        )
        await meeting.route(parts | {"supervisor": L})
        await meeting.until(customer="agent", agent="customer", supervisor="agent customer")


async def test_who_only_listens_has_no_way_to_send(meeting: Meeting) -> None:
    async with asyncio.timeout(PATIENCE):
        await served(meeting, L)
        await meeting.until(customer="agent", agent="customer", supervisor="agent customer")
        assert await meeting.page.evaluate("sending('supervisor')") == 0
        quality = await meeting.engine.quality("call")
    assert (quality["supervisor"].up, quality["supervisor"].refused) == (0, 0)
    assert quality["supervisor"].down > 0


async def test_hold_and_mute(meeting: Meeting) -> None:
    async with asyncio.timeout(PATIENCE):
        parts = await served(meeting, P)
        await meeting.route(parts, held=True)
        await meeting.until(customer="music", agent="supervisor", supervisor="agent")
        await meeting.route(parts, muted={"agent"})
        await meeting.until(customer="supervisor", agent="customer supervisor", supervisor="customer")
        await meeting.route(parts)
        await meeting.until(
            customer="agent supervisor", agent="customer supervisor", supervisor="agent customer"
        )


async def test_who_waits_hears_music_and_a_consult_is_private(meeting: Meeting) -> None:
    async with asyncio.timeout(PATIENCE):
        await meeting.come("customer", C)
        await meeting.route({"customer": C})
        await meeting.until(customer="music")
        await meeting.come("agent", A)
        await meeting.come("consult", S)
        await meeting.route({"customer": C, "agent": A, "consult": S}, private="consult")
        await meeting.until(customer="agent", agent="consult customer", consult="agent customer")


async def test_a_leg_that_the_table_does_not_know_hears_nothing(meeting: Meeting) -> None:
    async with asyncio.timeout(PATIENCE):
        await served(meeting)
        await meeting.come("supervisor", L)
        await meeting.until(customer="agent", agent="customer", supervisor="")


async def test_moved_to_another_call(meeting: Meeting) -> None:
    async with asyncio.timeout(PATIENCE):
        await served(meeting)
        await meeting.until(customer="agent", agent="customer")
        await meeting.engine.open_call("other", beside="call")
        await meeting.engine.move_leg("call", "agent", "other")
        await meeting.until(customer="", agent="")
        with pytest.raises(GoneError):
            await meeting.engine.move_leg("call", "customer", "never opened")
        await meeting.engine.move_leg("other", "agent", "call")
        await meeting.route({"customer": C, "agent": A})
        await meeting.until(customer="agent", agent="customer")


async def test_the_end_is_the_end(meeting: Meeting) -> None:
    async with asyncio.timeout(PATIENCE):
        await served(meeting)
        await meeting.until(customer="agent", agent="customer")
        await meeting.engine.end_call("call")
        await meeting.until(customer="", agent="")
        assert await meeting.engine.calls() == frozenset()
        assert await meeting.engine.quality("call") == {}
        await meeting.engine.end_call("call")
        await meeting.engine.remove_leg("call", "agent")
        await meeting.route({"customer": C, "agent": A})
        with pytest.raises(GoneError):
            await meeting.engine.add_web_leg(WebLeg(call_id="call", leg_id="late", offer=""))


async def test_another_network_and_a_page_that_was_loaded_anew(meeting: Meeting) -> None:
    async with asyncio.timeout(PATIENCE):
        parts = await served(meeting)
        await meeting.until(customer="agent", agent="customer")
        await meeting.come_again("agent")
        await meeting.says("agent", 50)
        await meeting.until(customer="agent", agent="customer")
        await meeting.page.evaluate("hangUp('agent')")
        await meeting.come("agent", A)
        await meeting.route(parts)
        await meeting.until(customer="agent", agent="customer")


async def test_pictures(meeting: Meeting) -> None:
    async with asyncio.timeout(PATIENCE):
        await see_each_other(meeting)


async def test_who_mutes_their_microphone_is_seen_on(meeting: Meeting) -> None:
    async with asyncio.timeout(PATIENCE):
        parts = await see_each_other(meeting)
        await meeting.until(customer="agent", agent="customer")
        await meeting.route(parts, muted={"agent"})
        await meeting.until(customer="", agent="customer")
        await meeting.sees("customer", 10)
        await meeting.route(parts, held=True)
        await meeting.until(customer="music", agent="")
        await meeting.route(parts, muted={"agent", "customer"})
        await meeting.until(customer="", agent="")
        await asyncio.gather(meeting.sees("customer", 10), meeting.sees("agent", 10))
        assert await meeting.heard("customer") == ""


async def see_each_other(meeting: Meeting) -> dict[str, Part]:
    """A customer and an agent with a camera each."""
    parts = {"customer": C, "agent": A}
    await meeting.come("customer", C, video="red")
    await meeting.come("agent", A, video="blue")
    await meeting.route(parts)

    async def each_sees_the_other() -> bool:
        seen = [await meeting.page.evaluate(f"colour('{who}')") for who in parts]
        return seen == ["blue", "red"]

    await meeting.eventually(each_sees_the_other)
    return parts


async def test_what_happens_is_told(meeting: Meeting) -> None:
    told: list[Happening] = []

    async def listen() -> None:
        async for one in meeting.engine.happenings():
            told.append(one)  # noqa: PERF401 - it has no end

    async def is_told(*wanted: Happening) -> bool:
        return set(wanted) <= set(told)

    async def is_measured() -> bool:
        return (await meeting.quality("customer")).lost_up is not None

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        reader = group.create_task(listen())
        await served(meeting)
        speaks = Speaking("call", "agent", speaking=True)
        await meeting.eventually(lambda: is_told(Connected("call", "agent"), speaks))
        await meeting.page.evaluate("hangUp('agent')")
        await meeting.eventually(lambda: is_told(Lost("call", "agent")))
        await meeting.eventually(is_measured)
        reader.cancel()
    quality = await meeting.quality("customer")
    assert 0 <= (quality.lost_up or 0) < 1
    assert quality.jitter is not None


async def test_nobody_else_comes_in_by_an_offer_that_was_read(meeting: Meeting) -> None:
    """A handshake with another certificate than the offer's is no way in."""
    async with asyncio.timeout(PATIENCE):
        offer: str = await meeting.page.evaluate("offered('agent', 1100, 1)")
        line = next(one for one in offer.splitlines() if one.startswith("a=fingerprint:"))
        turned = line[:-2] + ("00" if line[-2:] != "00" else "11")
        leg = WebLeg(
            call_id="call",
            leg_id="agent",
            offer=offer.replace(line, turned),
            sends=frozenset({Kind.AUDIO}),
        )
        # What they were to hear is not agreed upon: the engine has done with them before that.
        agreed = await meeting.engine.add_web_leg(leg)
        await meeting.page.evaluate("sdp => answered('agent', sdp)", agreed.answer)
        async for one in meeting.engine.happenings():
            assert one == Lost("call", "agent")
            break
        assert (await meeting.engine.quality("call"))["agent"].up == 0
