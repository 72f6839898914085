"""The survey where customers have no window of ours: one question in a message, and a number in their next one."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

from valvomo.domain.conversations.ending import AutoClosed
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Channel, Conversation, State
from valvomo.domain.conversations.survey import SurveyAsked, ends
from valvomo.domain.conversations.survey_form import LOW, SurveyKind

ASKED_IN = frozenset({Channel.SMS, Channel.WHATSAPP, Channel.MESSENGER, Channel.TELEGRAM, Channel.CUSTOM})
"""Where a number is quickly written; not by e-mail, where every letter has a signature."""
MOST_MINUTES = 24 * 60
_KEYCAP = str.maketrans("", "", "\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}")
_NUMBER = re.compile(r"([1-5])(?:\s?/\s?5)?[.!]?")
_HOURS = 24


def asked_by_text(
    before: Conversation, after: Conversation, events: tuple[Event, ...], minutes: int
) -> tuple[Event, ...]:
    """The question with these events, where they end a talk that an agent had: once, and while words are taken.

    Not where nobody was there any more at the end: what closes by itself after days of silence asks nothing.
    """
    if minutes <= 0 or not ends(before, after) or before.survey is not None:
        return ()
    if before.channel not in ASKED_IN or before.account_id is None or before.window_closed:
        return ()
    served = before.owner_id or (before.served_by[-1] if before.served_by else None)
    if served is None or any(isinstance(one, AutoClosed) for one in events):
        return ()
    return (
        SurveyAsked(
            survey=SurveyKind.CSAT,
            comment=False,
            hours=_HOURS,
            low=LOW[SurveyKind.CSAT],
            agent_id=served,
            agent_name=before.owner_name,
            minutes=minutes,
        ),
    )


def score_in(text: str) -> int | None:
    """The score that a message is, and nothing else: a number from 1 to 5, also as `4/5` or of emoji; else None."""
    plain = unicodedata.normalize("NFKC", text.translate(_KEYCAP)).strip()
    found = _NUMBER.fullmatch(plain)
    return int(found.group(1)) if found else None


def answered_by(conversation: Conversation, text: str, at: datetime) -> int | None:
    """The score with which this message, written then, answers the question at the end; None where it does not."""
    asked = conversation.survey
    if asked is None or asked.minutes is None or asked.score is not None:
        return None
    if conversation.state not in {State.WRAP_UP, State.CLOSED}:
        return None
    until = asked.asked_at + timedelta(minutes=asked.minutes)
    return score_in(text) if asked.asked_at <= at + _SECOND and at < until else None


_SECOND = timedelta(seconds=1)
"""Providers tell moments to the second."""
