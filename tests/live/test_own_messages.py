"""The sender's own id of a message is told to the sender, who waits for it, and to nobody else."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from sample_floor import AINO, EINO, SAARA
from sample_stage import Reader, Stage
from sample_talk import AT, accepted, saara

from valvomo.commands.conversations.consult import Consult
from valvomo.commands.conversations.join import Join, Leave
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.offers import AcceptOffer
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.message import MessagePosted, Visibility
from valvomo.live.views.conversation import acts_after, acts_of
from valvomo.live.views.happening import Change, Happening
from valvomo.protocol.lookups import Lookups

pytestmark = pytest.mark.slow


def own(reader: Reader, topic: str) -> list[tuple[int, str | None]]:
    """Number and sender's id of every message that the reader was told of."""
    items = [item for item in reader.told(topic) if item["kind"] == "message"]
    return [(item["seq"], item.get("client_id")) for item in items]


@pytest.mark.parametrize("there", ["from the beginning", "afterwards"])
async def test_a_sender_knows_their_message_again_and_nobody_else_does(stage: Stage, there: str) -> None:
    floor = stage.floor
    one = await floor.accepted("chat")
    await floor.done(AINO, Consult(conversation_id=one, agent_id=EINO.id))
    await floor.done(EINO, AcceptOffer(conversation_id=one))
    await floor.done(SAARA, Monitor(conversation_id=one))
    guest, topic = await floor.guest(one), f"conversation:{one}"
    await stage.settle()
    readers = {actor.id: stage.reader(actor) for actor in (AINO, EINO, SAARA)}
    customer = stage.reader(guest)

    async def watch() -> None:
        for reader in readers.values():
            await reader.watch(topic)
        await customer.watch("conversation")

    if there == "from the beginning":
        await watch()
    await floor.write(guest, one, "from outside")
    await floor.write(AINO, one, "from Aino")
    await floor.write(EINO, one, "between us", Visibility.INTERNAL)
    await floor.write(SAARA, one, "to Aino", Visibility.WHISPER)
    await stage.settle()
    if there == "afterwards":
        await watch()
    assert {name: own(reader, topic) for name, reader in readers.items()} == {
        "aino": [(1, None), (2, "client-2"), (3, None), (4, None)],
        "eino": [(1, None), (2, None), (3, "client-3"), (4, None)],
        "saara": [(1, None), (2, None), (3, None), (4, "client-4")],
    }
    assert own(customer, "conversation") == [(1, "client-1"), (2, None)]


async def test_acts_are_told_as_they_are_whatever_came_between_words(stage: Stage) -> None:
    """After mere words the acts told before are told again; everything else makes them be asked anew."""
    floor = stage.floor
    one = await floor.accepted("chat")
    await floor.done(SAARA, Monitor(conversation_id=one))
    guest, topic = await floor.guest(one), f"conversation:{one}"
    await stage.settle()
    readers = [stage.reader(actor) for actor in (AINO, SAARA)]
    for reader in readers:
        await reader.watch(topic)
    seen: set[bytes] = set()
    for settled in (True, False):
        for actor, act in (
            (AINO, Consult(conversation_id=one, agent_id=EINO.id)),
            (EINO, AcceptOffer(conversation_id=one)),
            (SAARA, Join(conversation_id=one)),
            (SAARA, Leave(conversation_id=one)),
            (SAARA, Monitor(conversation_id=one)),
            (EINO, Leave(conversation_id=one)),
        ):
            await floor.write(guest, one, "Hello?")
            if settled:
                await stage.settle()
            await floor.done(actor, act)
            await floor.write(guest, one, "Are you there?")
            await stage.settle()
            for reader in readers:
                if topic in reader.connection.subscriptions:
                    late = stage.reader(reader.actor)
                    await late.watch(topic)
                    assert reader.rows[topic][one] == late.rows[topic][one]
                    seen.add(msgspec.json.encode(late.rows[topic][one]["acts"]))
                    late.leave()
                else:
                    await reader.watch(topic)
    assert len(seen) > 2, "acts did change"


def test_acts_are_asked_anew_unless_nothing_but_words_came_after_them() -> None:
    before = accepted()
    posted = MessagePosted(message_id="m", seq=1, public_seq=1, author_id="aino", author_role="primary",
                           visibility=Visibility.PUBLIC, digest="d")  # fmt: skip
    happening = Happening(position=5, quiet=5, event=posted, actor_id="aino", actor_name="Aino", at=AT)
    change = Change(happening=happening, before=before, after=fold(before, posted, AT))
    lookups, others = Lookups(), Lookups()
    known = acts_of(before, saara, lookups)
    again = acts_after(known, [change], saara, lookups)
    assert again.acts is known.acts
    assert again.version == change.after.version
    for asked in (
        acts_after(None, [change], saara, lookups),
        acts_after(replace(known, version=known.version - 1), [change], saara, lookups),
        acts_after(known, [change], replace(saara, supervises_all=True), lookups),
        acts_after(known, [change], saara, others),
        acts_after(known, [replace(change, before=None)], saara, lookups),
    ):
        assert asked.acts is not known.acts
