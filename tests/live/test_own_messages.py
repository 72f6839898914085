"""The sender's own id of a message is told to the sender, who waits for it, and to nobody else."""

from __future__ import annotations

import pytest
from sample_floor import AINO, EINO, SAARA
from sample_stage import Reader, Stage

from valvomo.commands.conversations.consult import Consult
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.offers import AcceptOffer
from valvomo.domain.conversations.message import Visibility

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
