"""The parts of the attention score that a conversation has by itself: each a name, a fact and a formula.

Nothing here is learned or random: the same conversation under the same rules has the same parts everywhere. What its
agent adds stands in `agent`, how much each counts in `rules`, what a part is in `part`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from valvomo.domain.attention.part import Part, weighted
from valvomo.domain.attention.rules import PLAIN, AttentionRules
from valvomo.domain.conversations.call_marks import Trouble, TroubleKind
from valvomo.domain.conversations.event import ongoing_call, postponed_until
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.sentiment.levels import Level, at_or_below
from valvomo.domain.sentiment.mood import Trend

HELD_AFTER = timedelta(minutes=1)
"""So long a customer may be on hold before it draws attention."""
UNANSWERED_AFTER = timedelta(minutes=1)
"""So long a customer may wait for the next agent message before it draws attention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNorms:
    """What a queue takes for normal: in seconds N of its service level, and the p90 of its handle times, if known.

    At a mood of `alert_at`, or at a worse one, its supervisors are alerted; None: at none.
    """

    service_level: float
    usual_handle: float | None = None
    alert_at: Level | None = None


MOOD = "mood"
LOW = {Level.SLIGHTLY_NEGATIVE: 8, Level.NEGATIVE: 18, Level.VERY_NEGATIVE: 28}
FALLING, ALERTED = 10, 50
MAY_FALL = frozenset({*LOW, Level.NEUTRAL})
"""A mood that falls from very good to good is no trouble."""

Reason = Callable[[Conversation, QueueNorms, AttentionRules], Part | None]


def attention(
    conversation: Conversation, norms: QueueNorms, rules: AttentionRules = PLAIN
) -> tuple[Part, ...]:
    """All parts that this conversation has by itself now, with its queue's weights."""
    found: list[Part] = []
    for reason in REASONS:
        part = reason(conversation, norms, rules)
        if part is not None:
            counts = weighted(part, rules.weight(conversation.queue_id, part.name))
            if counts is not None:
                found.append(counts)
    return tuple(found)


def in_line(conversation: Conversation) -> bool:
    """Whether nobody has accepted it yet: `open`, or offered; not what a bot has."""
    return conversation.state is State.OPEN or (
        conversation.state is State.ACTIVE and not conversation.accepted
    )


def waiting_since(conversation: Conversation) -> datetime | None:
    """Since when the customer waits for acceptance; None while nobody has to be waited for.

    From queueing (or escalation) the first time, from coming back into a queue later (spec 1 §8 *wait*). Whoever is to
    be called again later does not wait before that.
    """
    if not in_line(conversation) or postponed_until(conversation) is not None:
        return None
    return conversation.session_queued_at if conversation.first_accepted_at else conversation.queued_at


def waiting(conversation: Conversation, norms: QueueNorms, _rules: AttentionRules) -> Part | None:
    """Waiting beyond the service level: 10, and 10 more for each minute, at most 60."""
    since = waiting_since(conversation)
    if since is None:
        return None
    over = since + timedelta(seconds=norms.service_level)
    return Part(
        name="waiting", base=10, per_minute=10, since=over, cap=60, began=since, limit=norms.service_level
    )


def unanswered(conversation: Conversation, _norms: QueueNorms, _rules: AttentionRules) -> Part | None:
    """The customer wrote and no agent has answered for a minute: 5, and 5 more for each minute, at most 40."""
    began = conversation.unanswered_since
    if began is None or not conversation.accepted or conversation.bot_id:
        return None
    since = began + UNANSWERED_AFTER
    return Part(name="unanswered", base=5, per_minute=5, since=since, cap=40, began=began)


def asked(conversation: Conversation, _norms: QueueNorms, _rules: AttentionRules) -> Part | None:
    """A supervisor was asked for: 45, and 2 more for each minute that none comes, at most 65."""
    one = conversation.asked
    if one is None or conversation.state is State.WRAP_UP:
        return None
    return Part(name="asked", base=45, per_minute=2, since=one.since, cap=65, began=one.since, by=one.by_name)


def mood(conversation: Conversation, norms: QueueNorms, _rules: AttentionRules) -> Part | None:
    """What the customer feels: slightly negative 8, negative 18, very negative 28, and 10 more while it is falling.

    At least 50 where the queue wants its supervisors alerted.
    """
    one = conversation.sentiment
    if one is None or one.level is None or conversation.state is State.WRAP_UP:
        return None
    falling = one.trend is Trend.FALLING
    worth = LOW.get(one.level, 0) + (FALLING if falling and one.level in MAY_FALL else 0)
    if at_or_below(one.level, norms.alert_at):
        worth = max(worth, ALERTED)
    if not worth:
        return None
    trend = one.trend.value if one.trend else None
    return Part(name=MOOD, base=worth, began=one.at, level=one.level.value, trend=trend)


def orphaned(conversation: Conversation, _norms: QueueNorms, _rules: AttentionRules) -> Part | None:
    """Nobody in the queue will take it: 50."""
    return Part(name="orphaned", base=50) if conversation.orphaned else None


def declined(conversation: Conversation, _norms: QueueNorms, _rules: AttentionRules) -> Part | None:
    """Offers rejected or missed since somebody last had it: 8 each, at most 40."""
    count = sum(conversation.declines.values())
    return Part(name="declined", base=min(40, 8 * count), count=count) if count else None


def transferred(conversation: Conversation, _norms: QueueNorms, _rules: AttentionRules) -> Part | None:
    """Transferred more than once: 10 for each time after the first, at most 30."""
    again = conversation.transfers - 1
    if again <= 0:
        return None
    return Part(name="transferred", base=min(30, 10 * again), count=conversation.transfers)


def vip(conversation: Conversation, _norms: QueueNorms, rules: AttentionRules) -> Part | None:
    """A customer who matters more to the house, by tag or priority: 10."""
    tagged = not {one.casefold() for one in rules.vip_tags}.isdisjoint(
        one.casefold() for one in conversation.tags
    )
    if not (conversation.vip or tagged) and conversation.priority < rules.vip_priority:
        return None
    return Part(name="vip", base=10)


def handle(conversation: Conversation, norms: QueueNorms, _rules: AttentionRules) -> Part | None:
    """In conversation for longer than nine of ten in this queue are: 5, and 1 more for each minute, at most 20."""
    began = conversation.first_accepted_at
    if norms.usual_handle is None or began is None or not conversation.accepted or conversation.bot_id:
        return None
    since = began + timedelta(seconds=norms.usual_handle)
    return Part(
        name="handle", base=5, per_minute=1, since=since, cap=20, began=began, limit=norms.usual_handle
    )


def undelivered(conversation: Conversation, _norms: QueueNorms, _rules: AttentionRules) -> Part | None:
    """Messages of the house that have not reached the customer: 20, and 5 for each more, at most 40."""
    count = len(conversation.undelivered)
    if not count:
        return None
    return Part(
        name="undelivered", base=min(40, 15 + 5 * count), began=conversation.undelivered[0].since, count=count
    )


def held(conversation: Conversation, _norms: QueueNorms, _rules: AttentionRules) -> Part | None:
    """The customer of a call is on hold for longer than a minute: 10, and 10 more for each minute, at most 40."""
    began = conversation.call.held_since if conversation.call else None
    if began is None:
        return None
    return Part(name="held", base=10, per_minute=10, since=began + HELD_AFTER, cap=40, began=began)


def network(conversation: Conversation, _norms: QueueNorms, _rules: AttentionRules) -> Part | None:
    """The network of the customer or the agent of a call does badly: 15, and 5 more for each minute, at most 40."""
    poor = _troubles(conversation, TroubleKind.NETWORK)
    if not poor:
        return None
    side = poor[0].side if len(poor) == 1 else "both"
    began = min(one.since for one in poor)
    return Part(name="network", base=15, per_minute=5, since=began, cap=40, began=began, side=side)


def overtalk(conversation: Conversation, _norms: QueueNorms, _rules: AttentionRules) -> Part | None:
    """Customer and agent speak at the same time, again and again: 20, and 5 more for each minute, at most 40."""
    over = _troubles(conversation, TroubleKind.OVERTALK)
    if not over:
        return None
    began = over[0].since
    return Part(name="overtalk", base=20, per_minute=5, since=began, cap=40, began=began)


def _troubles(conversation: Conversation, kind: TroubleKind) -> tuple[Trouble, ...]:
    call = ongoing_call(conversation)
    return tuple(one for one in call.troubles if one.kind is kind) if call else ()


REASONS: tuple[Reason, ...] = (
    waiting, unanswered, asked, mood, orphaned, declined, transferred, undelivered, held, network, overtalk, vip,
    handle,
)  # fmt: skip
"""In the order in which they are told where they weigh the same."""
