"""What a bot of the house's own goes by: its instructions, its limits, and when it must hand over to people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from valvomo.domain.sentiment.levels import Level, at_or_below


class HandOverReason(StrEnum):
    """Why a bot of the house's own hands over; each has words for agents in the catalogue."""

    ASKED = "bot_asked_for_human"
    TOPIC = "bot_topic"
    MOOD = "bot_mood"
    PUZZLED = "bot_puzzled"
    UNSURE = "bot_unsure"
    BUDGET = "bot_budget"
    MODEL = "bot_asked"
    CLAIMED = "bot_claimed"
    FAILED = "bot_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRules:
    """Of a bot that a language model speaks for. The lists are words, by whatever case.

    It hands over when the customer `asks_for_human`, names one of `topics`, feels `mood` or worse, when it could not
    help `puzzled` times, when it is less sure than `least_confidence` (0 to 1), and when `most_tokens` are spent.
    `greeting` is said first, by language, and says that it is a bot.
    """

    url: str = ""
    model: str = ""
    instructions: str = ""
    greeting: Mapping[str, str] = field(default_factory=dict)
    asks_for_human: bool = True
    topics: tuple[str, ...] = ()
    mood: Level | None = None
    puzzled: int = 2
    least_confidence: float = 0.5
    most_tokens: int = 20_000
    answer_tokens: int = 500
    seconds: int = 20
    snippets: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known before the model is asked: the customer's words since the bot's last, their mood, what is spent."""

    words: str
    mood: Level | None
    puzzled: int
    tokens: int


_HUMAN = re.compile(
    r"\b(human|real person|live agent|agent please|customer service agent|representative"
    r"|(talk|speak) (to|with) (someone|somebody|a person)"
    r"|ihmi(nen|sen|selle|stä)\w*|asiakaspalvelija\w*|oikean? henkilö\w*"
    r"|människa|riktig person|handläggare|medarbetare)\b",
    re.IGNORECASE,
)
"""Words by which customers ask for people."""

_CLAIMS = re.compile(
    r"\b(i('ve| have| will|'ll| am|'m)?( now)?( going to)? ?"
    r"(transferr?|connect|forward|escalat|hand)(e|ed|ing|s)? (you|this|your)"
    r"|(siirrän|siirsin|yhdistän|yhdistin|ohjaan) (sinut|teidät|keskustelun|asian)\w*"
    r"|jag (har )?(kopplar|kopplade|kopplat|överför|överfört|vidarebefordrar) (dig|er|ärendet|samtalet))",
    re.IGNORECASE,
)
"""What a model says of hand-overs that only the house can make."""


def before_answering(rules: ModelRules, standing: Standing) -> HandOverReason | None:
    """Why the model is not even asked."""
    if rules.asks_for_human and _HUMAN.search(standing.words):
        return HandOverReason.ASKED
    if names_topic(rules.topics, standing.words):
        return HandOverReason.TOPIC
    if at_or_below(standing.mood, rules.mood):
        return HandOverReason.MOOD
    if standing.puzzled >= rules.puzzled:
        return HandOverReason.PUZZLED
    return HandOverReason.BUDGET if standing.tokens >= rules.most_tokens else None


def after_answering(rules: ModelRules, text: str, confidence: float | None) -> HandOverReason | None:
    """Why what the model has answered is not said: it is unsure, or speaks of a hand-over that has not happened."""
    if confidence is not None and confidence < rules.least_confidence:
        return HandOverReason.UNSURE
    return HandOverReason.CLAIMED if _CLAIMS.search(text) else None


def names_topic(topics: tuple[str, ...], words: str) -> bool:
    """Whether one of the topics stands in the words, as whole words."""
    return any(
        re.search(rf"(?<!\w){re.escape(topic.strip())}(?!\w)", words, re.IGNORECASE)
        for topic in topics
        if topic.strip()
    )
