"""A telephone whose call is passed on, or joined by supervisors: it stays where it is, and hears who is there."""

from __future__ import annotations

from sample_floor import AINO, EINO, HOUSE
from sample_lines import LINES, line_of
from sample_telephones import TelephoneHouse

from valvomo.commands.conversations.call import Coach, Hold, StopCoach, Unhold
from valvomo.commands.conversations.join import Join, Leave, TakeOver
from valvomo.commands.conversations.monitor import Monitor, StopMonitor
from valvomo.commands.conversations.offers import AcceptOffer
from valvomo.commands.conversations.transfer import TransferToAgent, TransferToQueue
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.conversations.call_marks import Line
from valvomo.domain.conversations.model import State
from valvomo.trunks.port import Ended, Keys, Sound, Why

SAARA = Actor(
    id="saara",
    organization_id=HOUSE,
    name="Saara",
    roles=frozenset({UserRole.SUPERVISOR, UserRole.AGENT}),
    queues=frozenset({LINES}),
    supervised=frozenset({LINES}),
)


async def talking(phones: TelephoneHouse) -> tuple[str, str]:
    """A caller who is served by Aino; the conversation, and the leg of the telephone."""
    one = await phones.rings()
    await phones.served(one)
    return one, phones.contact_of[one]


async def another_queue(phones: TelephoneHouse) -> str:
    """For voice too, with Eino in it."""
    await phones.floor.sql(
        "INSERT INTO queues (organization_id, id, name, kind, created_at)"
        " SELECT organization_id, 'others', 'Others', kind, created_at FROM queues WHERE id = $1",
        LINES,
    )
    await phones.floor.sql("INSERT INTO queue_members VALUES ($1, 'others', 'eino')", HOUSE)
    return "others"


async def heard(phones: TelephoneHouse, one: str, said: bytes) -> None:
    """What the customer says arrives in the same call as before."""
    leg = (one, phones.contact_of[one])
    phones.tell(Sound("C1", said))
    await phones.until(lambda: phones.engine.fed.get(leg, b"").endswith(said))


def undisturbed(phones: TelephoneHouse) -> bool:
    """The trunk has noticed nothing: one call, taken once, neither hung up nor dialled anew."""
    told = [
        one for one in phones.trunk.told if one.split()[0] in ("take", "end", "dial", "refuse", "transfer")
    ]
    return told == ["take C1"]


async def test_another_agent_has_it_once_they_have_accepted(phones: TelephoneHouse) -> None:
    one, me = await talking(phones)
    await phones.floor.done(AINO, TransferToAgent(conversation_id=one, agent_id=EINO.id))
    await heard(phones, one, b"still with aino")
    assert phones.call(one).heard_by(me) == {"aino"}
    await phones.floor.done(EINO, AcceptOffer(conversation_id=one))
    await phones.comes(one, EINO)
    await phones.until(lambda: phones.call(one).heard_by(me) == {"eino"})
    assert "aino" not in phones.call(one).legs
    assert phones.call(one).heard_by("eino") == {me}
    await heard(phones, one, b"now with eino")
    assert await phones.calling.press(EINO, one, "1") is None, "keys are the new agent's"
    assert await phones.calling.press(AINO, one, "2") is not None
    phones.tell(Keys("C1", "7"))
    await phones.until(lambda: [it.keys for it in phones.pressed] == ["7"])
    assert undisturbed(phones)


async def test_in_another_queue_they_wait_with_music(phones: TelephoneHouse) -> None:
    one, me = await talking(phones)
    queue = await another_queue(phones)
    await phones.floor.done(AINO, Hold(conversation_id=one))
    await phones.told("hold C1")
    await phones.floor.done(AINO, TransferToQueue(conversation_id=one, queue=queue))
    # Nobody is there who could take them off hold.
    await phones.told("unhold C1")
    await phones.until(lambda: phones.call(one).music(me) and "aino" not in phones.call(one).legs)
    assert (await phones.floor.get(one)).state is State.OPEN
    assert await line_of(phones.floor, one) is Line.UP
    await phones.served(one, EINO)
    await phones.until(lambda: phones.call(one).heard_by(me) == {"eino"})
    await heard(phones, one, b"served again")
    assert undisturbed(phones)


async def test_who_hangs_up_while_nobody_has_it_has_left(phones: TelephoneHouse) -> None:
    one, _ = await talking(phones)
    await phones.floor.done(AINO, TransferToQueue(conversation_id=one, queue=await another_queue(phones)))
    phones.tell(Ended("C1", Why.HUNG_UP))
    await phones.until_state(one, State.CLOSED)
    await phones.until_forgotten()
    await phones.until(lambda: one in phones.engine.ended)


async def test_supervisors_listen_whisper_join_and_take_over(phones: TelephoneHouse) -> None:
    one, me = await talking(phones)
    floor = phones.floor
    await floor.done(SAARA, Monitor(conversation_id=one))
    await phones.comes(one, SAARA)
    call = phones.call(one)
    assert (call.heard_by("saara"), call.heard_by(me), call.heard_by("aino")) == (
        {me, "aino"},
        {"aino"},
        {me},
    )

    await floor.done(SAARA, Coach(conversation_id=one))
    await phones.until(lambda: "saara" not in call.legs)
    await phones.comes(one, SAARA)
    assert (call.heard_by("aino"), call.heard_by(me)) == ({me, "saara"}, {"aino"}), (
        "the telephone hears no whisper"
    )

    await floor.done(SAARA, StopCoach(conversation_id=one))
    await floor.done(SAARA, Join(conversation_id=one))
    await phones.comes(one, SAARA)
    await phones.until(lambda: call.heard_by(me) == {"aino", "saara"})
    await floor.done(AINO, Hold(conversation_id=one))
    await phones.until(lambda: call.music(me) and call.heard_by(me) == set())
    await phones.told("hold C1")

    await floor.done(SAARA, TakeOver(conversation_id=one))
    await phones.until(lambda: call.heard_by("saara") == {"aino"} and call.music(me))
    await floor.done(SAARA, Unhold(conversation_id=one))
    await phones.told("unhold C1")
    await phones.until(lambda: call.heard_by(me) == {"aino", "saara"} and not call.music(me))
    assert await phones.calling.press(SAARA, one, "5") is None
    await floor.done(AINO, Leave(conversation_id=one))
    await phones.until(lambda: call.heard_by(me) == {"saara"})
    await heard(phones, one, b"with the supervisor")
    assert undisturbed(phones)


async def test_who_stops_monitoring_hears_the_telephone_no_more(phones: TelephoneHouse) -> None:
    one, me = await talking(phones)
    await phones.floor.done(SAARA, Monitor(conversation_id=one))
    await phones.comes(one, SAARA)
    await phones.floor.done(SAARA, StopMonitor(conversation_id=one))
    await phones.until(lambda: "saara" not in phones.call(one).legs)
    assert "saara" not in phones.call(one).matrix
    assert phones.call(one).heard_by(me) == {"aino"}
