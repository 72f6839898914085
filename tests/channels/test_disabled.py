"""A conversation over an account that is disabled: everything can be done with it, and what is written waits."""

from __future__ import annotations

import pytest
from sample_floor import AATU, AINO, EINO, SAARA, reason
from sample_line import Line, messages, received, served

from valvomo.commands.channels.administering import ChangeChannelAccount, RemoveChannelAccount
from valvomo.commands.conversations import offers, serve, transfer
from valvomo.commands.conversations.assign import AssignToAgent
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.join import Join
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import State
from valvomo.domain.refusals import Reason, Refusal
from valvomo.queries.verify import verify


@pytest.fixture
async def disabled(line: Line) -> tuple[Line, str]:
    one = await served(line)
    await line.floor.done(AATU, ChangeChannelAccount(account_id=line.account_id, disabled=True))
    return line, one


async def test_it_is_transferred_released_assigned_and_closed_like_any_other(
    disabled: tuple[Line, str],
) -> None:
    line, one = disabled
    await line.floor.set_presence(EINO, Presence.AVAILABLE)
    await line.floor.done(AINO, transfer.TransferToAgent(conversation_id=one, agent_id=EINO.id))
    await line.floor.done(EINO, offers.AcceptOffer(conversation_id=one))
    await line.floor.done(EINO, serve.Release(conversation_id=one))
    await line.floor.done(SAARA, AssignToAgent(conversation_id=one, agent_id=EINO.id))
    await line.floor.done(EINO, offers.AcceptOffer(conversation_id=one))
    await line.floor.done(SAARA, Join(conversation_id=one))
    await line.floor.done(SAARA, ForceClose(conversation_id=one, reason="done"))
    assert (await line.floor.get(one)).state is State.CLOSED
    report = await verify(line.floor.database)
    assert report.clean, report.findings


async def test_what_is_written_waits_in_order_until_it_is_enabled(disabled: tuple[Line, str]) -> None:
    line, one = disabled
    for text in ("first", "second"):
        await line.floor.write(AINO, one, text)
    await line.send()
    assert line.got() == []
    assert [state for _, state, _ in (await messages(line.floor, one))[1:]] == ["queued", "queued"]
    await line.floor.done(AATU, ChangeChannelAccount(account_id=line.account_id, disabled=False))
    await line.send()
    assert [got["text"] for got in line.got()] == ["first", "second"]


async def test_nothing_comes_in_and_it_cannot_be_removed(disabled: tuple[Line, str]) -> None:
    line, _ = disabled
    answer = await line.call(received("ann", "hello?", "m-9", line.floor.clock()))
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.NOT_FOUND
    assert (
        reason(await line.floor.do(AATU, RemoveChannelAccount(account_id=line.account_id))) is Reason.IN_USE
    )
