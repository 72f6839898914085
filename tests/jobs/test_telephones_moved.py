"""A call that one process has dialled, and whose sound comes to another one."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import pytest
from sample_engine import SampleEngine
from sample_floor import AINO
from sample_lines import TRUNK
from sample_telephones import LINES_AGENT, OTHER, TelephoneHouse, only_kind
from sample_trunk import SampleKind, SampleTrunk

from valvomo.channels.port import Account, Http, Request
from valvomo.channels.port import Answer as ProviderAnswer
from valvomo.domain.conversations.call_marks import Line
from valvomo.domain.refusals import Refusal
from valvomo.live.calls import CHANNEL
from valvomo.trunks.port import Answered, Trunk
from valvomo.trunks.webhooked import Reopen, Socket


class Streaming(SampleTrunk):
    """A trunk whose provider brings the sound of calls to any process."""

    refused: ClassVar[Counter[str]] = Counter()

    async def answer(self, request: Request, reopen: Reopen) -> ProviderAnswer:
        """See `Webhooked`: each asks for the call of its query."""
        return ProviderAnswer(body=b"again" if await reopen(request.query) else b"over")

    def admits(self, token: str) -> str | None:
        """See `Webhooked`."""
        return token

    async def stream(self, call: str, socket: Socket) -> None:
        """Its sound is told by hand."""


class StreamingKind(SampleKind):
    """The kind of these."""

    alone = False

    def open(self, account: Account, http: Http) -> Trunk:
        """Another one."""
        del account, http
        self.trunks.append(Streaming())
        return self.trunks[-1]


@pytest.fixture
def trunk_kind(monkeypatch: pytest.MonkeyPatch) -> SampleKind:
    return only_kind(monkeypatch, StreamingKind())


async def test_the_call_goes_to_where_its_sound_comes(phones: TelephoneHouse) -> None:
    one, call_id = await phones.dials()
    await phones.told(f"dial {call_id} {OTHER}")
    await phones.comes(one, LINES_AGENT)
    assert phones.engine.open[call_id].legs.keys() == {"aino"}
    contact, here, told, elsewhere = (
        (await phones.floor.get(one)).contact_id,
        phones.trunk,
        list[str](),
        SampleEngine(),
    )
    phones.bus.subscribe(CHANNEL, told.append)
    async with phones.carrying("other", elsewhere):
        await phones.until(lambda: phones.trunk is not here and phones.trunk.running)
        admitted = await phones.boards["other"].admit("twilio_voice", TRUNK, call_id)
        assert not isinstance(admitted, Refusal)
        assert admitted[1] == call_id
        phones.tell(Answered(call_id))
        await phones.until(lambda: call_id in phones.engine.ended)
        await phones.until(lambda: any('"legs":[]' in one for one in told))
        await phones.comes(one, LINES_AGENT)
        await phones.until(lambda: elsewhere.open[call_id].heard_by("aino") == {contact})
        await phones.until_line(one, Line.UP)
        assert f"forget {call_id}" in here.told
        assert f"end {call_id}" not in here.told + phones.trunk.told
        carried = await phones.floor.sql("SELECT process_id FROM calls")
        assert [row["process_id"] for row in carried] == ["other"]


async def test_sound_that_broke_off_comes_to_whichever_process_it_is_brought(phones: TelephoneHouse) -> None:
    one, contact = await phones.comes_in()
    board, here, elsewhere = phones.boards["carrier"], phones.trunk, SampleEngine()
    await phones.floor.sql("UPDATE telephones SET streamed = true")
    await phones.served(one)
    assert isinstance(await board.admit("twilio_voice", TRUNK, "C1"), Refusal), "its sound is here"

    async def broke_off(call: str) -> bytes:
        asked = Request(method="POST", query=call, headers={}, body=b"", at=phones.floor.clock.now)
        answer = await board.answer("twilio_voice", TRUNK, asked)
        assert not isinstance(answer, Refusal)
        return answer.body or b""

    assert await broke_off("C9") == b"over", "there is no such call"
    assert await broke_off("C1") == b"again"
    assert not isinstance(await board.admit("twilio_voice", TRUNK, "C1"), Refusal), "here once more"
    phones.tell(Answered("C1"))
    await phones.until(lambda: phones.call(one).heard_by("aino") == {contact})

    assert await broke_off("C1") == b"again"
    async with phones.carrying("other", elsewhere):
        await phones.until(lambda: phones.trunk is not here and phones.trunk.running)
        assert not isinstance(await phones.boards["other"].admit("twilio_voice", TRUNK, "C1"), Refusal)
        phones.tell(Answered("C1"))
        await phones.until(lambda: one in phones.engine.ended)
        await phones.comes(one, AINO)
        await phones.until(lambda: elsewhere.open[one].heard_by("aino") == {contact})
        assert "forget C1" in here.told
        assert "end C1" not in here.told + phones.trunk.told
