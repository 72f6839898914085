"""Ends that somebody brings about, or else a cause, are said in different sentences, in every language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from valvomo.domain.conversations.call_end import CallEnded
from valvomo.domain.conversations.ending import AutoClosed, WrapUpCompleted
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.join import ParticipantLeft
from valvomo.domain.conversations.model import Role, State
from valvomo.domain.conversations.monitor import MonitorStopped
from valvomo.protocol.auditing import sentence
from valvomo.protocol.lookups import Lookups
from valvomo.protocol.texts.catalogue import LANGUAGES, text
from valvomo.protocol.timeline import OF_ITSELF

STOPPED = MonitorStopped(supervisor_id="s", supervisor_name="Saara")
LEFT = ParticipantLeft(person_id="s", person_name="Saara", role=Role.SUPERVISOR, public=True)
ENDS: tuple[tuple[Event, Event, str], ...] = (
    (STOPPED, replace(STOPPED, cause="connection_lost"), "Monitoring by Saara ended: the connection was lost."),
    (LEFT, replace(LEFT, cause="parked"),
     "Saara is no longer in the conversation: the conversation was parked. Part: supervisor."),
    (CallEnded(by_role="agent"), CallEnded(cause="customer_gone"),
     "The call ended: the customer's connection did not return; the conversation goes on as text."),
    (WrapUpCompleted(agent_id="a"), WrapUpCompleted(agent_id="a", cause="not_serving"),
     "Wrap-up was completed without the agent; the conversation is closed: the account is no longer in service."),
    (AutoClosed(state=State.OPEN), AutoClosed(state=State.OPEN, cause="call_lost"),
     "Closed by the system: the call was cut off, and not by the customer. State before: open."),
)  # fmt: skip


@pytest.mark.parametrize(
    ("themselves", "without_them", "said"), ENDS, ids=lambda one: getattr(one, "kind", "")
)
def test_a_cause_is_said(themselves: Event, without_them: Event, said: str) -> None:
    assert sentence(without_them, "en", Lookups()) == said
    for language in LANGUAGES:
        unknown = text(language, ("unknown",))
        both = [sentence(event, language, Lookups()) for event in (themselves, without_them)]
        assert both[0] != both[1]
        assert not any(unknown in one for one in both)


def test_the_table_knows_every_such_end() -> None:
    assert {type(themselves) for themselves, _, _ in ENDS} == OF_ITSELF
