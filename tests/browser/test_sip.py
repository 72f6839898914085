"""A SIP telephone, the whole house, and browsers: who hears whom, from the telephone to the agent and back."""

import asyncio
from array import array

import pytest
from playwright.async_api import expect
from sample_calling import LOSES_ITS_PART, panel
from sample_ears import Ear, with_ears
from sample_office import Office
from sample_patience import until
from sample_screens import Desk, Floor
from sample_sip import Handset, Telephone, hears
from sample_sip_office import PATIENCE, trunk_of
from sample_sound import loudness
from sample_telephone import MUSIC, NOTE, TONES

pytestmark = pytest.mark.slow
NUMBER = "+358401234567"
AGENT, CONSULT, SUPERVISOR = (float(TONES[one]) for one in ("agent", "consult", "supervisor"))


async def phone_hears(handset: Handset, *tones: float, music: bool = False) -> None:
    def is_so() -> bool:
        last = array("h", bytes(handset.pcm[-3_200:]))
        plays = max(loudness(last, hertz, 8_000) for hertz in MUSIC) > NOTE if len(last) else False
        return hears(handset.pcm, AGENT, CONSULT, SUPERVISOR) == set(tones) and plays is music

    await until(is_so, f"the telephone hears {tones} and music: {music}")


async def test_from_a_telephone_to_the_agent_and_back(office: Office) -> None:
    office.watch.expect(*LOSES_ITS_PART)
    async with asyncio.timeout(PATIENCE), Telephone.there() as phone:
        desk, floor = await asyncio.gather(
            Desk.open(office, "onni", **with_ears("agent")),
            Floor.open(office, **with_ears("supervisor")),
        )
        port = await trunk_of(office, phone)
        handset = await phone.call(port)
        handset.says = float(TONES["customer"])
        await phone_hears(handset, music=True)

        await expect(desk.offer(NUMBER)).to_contain_text("over Trunk +358800123")
        await desk.accept(NUMBER)
        await expect(desk.page.get_by_text("over Trunk +358800123 · Phone")).to_be_visible()
        await expect(panel(desk.page)).to_have_attribute("data-call", "on")
        agent, supervisor = Ear(desk.page), Ear(floor.page)
        await agent.hears("customer")
        await phone_hears(handset, AGENT)

        await desk.page.keyboard.press("h")
        await phone_hears(handset, music=True)
        await until(lambda: handset.call.remote_on_hold, "their network knows that they are on hold")
        await agent.hears()
        await panel(desk.page).get_by_role("button", name="Take off hold").click()
        await agent.hears("customer")
        await phone_hears(handset, AGENT)

        await floor.read(NUMBER)
        await floor.pane.button("Listen").click()
        await supervisor.hears("agent", "customer")
        await panel(floor.page).get_by_role("button", name="Speak to the agent").click()
        await agent.hears("customer", "supervisor")
        await phone_hears(handset, AGENT)
        await panel(floor.page).get_by_role("button", name="Stop speaking to the agent").click()
        await agent.hears("customer")

        await floor.pane.button("Join").click()
        await supervisor.hears("agent", "customer")
        await agent.hears("customer", "supervisor")
        await phone_hears(handset, AGENT, SUPERVISOR)
        await floor.pane.button("Take over").click()
        await expect(desk.page.get_by_text("Saara Virtanen has this conversation.")).to_be_visible()
        await desk.page.get_by_role("button", name="Leave", exact=True).click()
        await agent.is_over()
        await supervisor.hears("customer")
        await phone_hears(handset, SUPERVISOR)

        assert handset.over is None
        await (await floor.pane.more("Force close")).click()
        await floor.dialog().box.get_by_label("Reason").fill("The line was needed")
        await floor.dialog().button("Close conversation").click()
        await until(lambda: handset.over is not None, "the telephone is hung up")
        await supervisor.is_over()


async def test_another_agent_speaks_with_a_telephone_after_a_transfer(office: Office) -> None:
    """Until they have accepted, and then at once; to the network it is one and the same call."""
    office.watch.expect(*LOSES_ITS_PART)
    async with asyncio.timeout(PATIENCE), Telephone.there() as phone:
        desk = await Desk.open(office, "onni", **with_ears("agent"))
        port = await trunk_of(office, phone)
        handset = await phone.call(port)
        handset.says = float(TONES["customer"])
        await desk.accept(NUMBER)
        english = with_ears("consult")
        english["script"] += "; try { localStorage.setItem('valvomo.language', 'en') } catch {}"
        other = await Desk.open(office, "aino", **english)
        agent, second = Ear(desk.page), Ear(other.page)
        await agent.hears("customer")
        await phone_hears(handset, AGENT)

        await desk.talk.button("Transfer").click()
        await Floor(desk.page).dialog().give("Aino Korhonen", "Transfer")
        await expect(other.offer(NUMBER)).to_contain_text("over Trunk +358800123")
        await phone_hears(handset, AGENT)
        assert await second.asked() == 0
        await other.accept(NUMBER)
        await asyncio.gather(second.hears("customer"), agent.is_over())
        await phone_hears(handset, CONSULT)

        assert handset.over is None
        await other.talk.button("End").click()
        await until(lambda: handset.over is not None, "the telephone is hung up")
        await second.is_over()
