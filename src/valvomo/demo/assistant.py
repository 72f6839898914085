"""What the shop's assistant says, by rules alone: it greets, answers what it knows, or hands over with context."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

NAME = "Nuppu"
FALLBACK = "en"

GREETING: Mapping[str, str] = {
    "en": "Hello! I am Nuppu, the shop's automated assistant. What is it about?",
    "fi": "Hei! Olen Nuppu, kaupan automaattinen avustaja. Mitä asia koskee?",
    "sv": "Hej! Jag är Nuppu, butikens automatiska assistent. Vad gäller det?",
}
PASSED_ON: Mapping[str, str] = {
    "en": "Thank you. One of our people will know this better; I have told them what it is about.",
    "fi": "Kiitos. Joku meistä tietää tämän paremmin; kerroin jo, mistä on kyse.",
    "sv": "Tack. Någon av oss vet det här bättre; jag har berättat vad det gäller.",
}
GOODBYE: Mapping[str, str] = {
    "en": "You are welcome. Have a nice day!",
    "fi": "Ole hyvä. Mukavaa päivänjatkoa!",
    "sv": "Varsågod. Ha en fin dag!",
}


@dataclass(frozen=True, slots=True)
class Topic:
    """Something it knows: words by which it is recognized, and what it says of it."""

    name: str
    words: re.Pattern[str]
    answer: Mapping[str, str]


TOPICS = (
    Topic(
        "delivery",
        re.compile(r"deliver|shipping|toimit|lever(ans|er)|frakt", re.IGNORECASE),
        {
            "en": "Parcels arrive in two to four working days in Finland, and in a week elsewhere. Does that help?",
            "fi": "Paketit saapuvat Suomessa kahdesta neljään arkipäivässä, muualle viikossa. Auttoiko tämä?",
            "sv": "Paket kommer inom två till fyra vardagar i Finland och en vecka annanstans. Hjälper det?",
        },
    ),
    Topic(
        "returns",
        re.compile(r"return|send .* back|palaut|retur|skicka tillbaka", re.IGNORECASE),
        {
            "en": "Anything unused can be sent back within 30 days. Does that help?",
            "fi": "Käyttämättömän tuotteen voi palauttaa 30 päivän kuluessa. Auttoiko tämä?",
            "sv": "Oanvända varor kan returneras inom 30 dagar. Hjälper det?",
        },
    ),
)
THANKS = re.compile(r"^\W*(thanks?|thank you|kiitos|kiitti|tack)\b", re.IGNORECASE)
HAND_OVER = re.compile(r"hand over|person|siirrä|ihmi|lämna över|människa", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Say:
    """Words for the customer."""

    text: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """To people, with what is known."""

    text: str
    reason: str
    summary: str


@dataclass(frozen=True, slots=True)
class Settle:
    """The matter is done."""

    text: str


Move = Say | HandOver | Settle


@dataclass(slots=True, kw_only=True)
class Talk:
    """One conversation as the assistant knows it. `told` is what supervisors instructed, and no customer ever reads."""

    customer: str
    language: str = FALLBACK
    answered: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def greet(self) -> Say:
        """First, and that it is a machine."""
        return Say(_in(GREETING, self.language))

    def hear(self, text: str) -> Move:
        """An answer once; what it cannot answer, or has answered before, is for people."""
        self.said.append(text)
        if self.answered and THANKS.match(text):
            return Settle(_in(GOODBYE, self.language))
        topic = next((one for one in TOPICS if one.words.search(text)), None)
        if topic is None or topic.name in self.answered or HAND_OVER.search(text):
            return self._over("not_known" if topic is None else "asked_again")
        return self._answer(topic)

    def instruct(self, text: str) -> Move | None:
        """What a supervisor wants: something it knows is said, people are called, anything else is kept for them."""
        self.told.append(text)
        if HAND_OVER.search(text):
            return self._over("instructed")
        topic = next((one for one in TOPICS if one.words.search(text)), None)
        return self._answer(topic) if topic else None

    def _answer(self, topic: Topic) -> Say:
        self.answered.append(topic.name)
        return Say(_in(topic.answer, self.language))

    def _over(self, reason: str) -> HandOver:
        lines = [f"{self.customer}: {' / '.join(self.said) or '–'}"]
        if self.answered:
            lines.append(f"Answered: {', '.join(self.answered)}.")
        if self.told:
            lines.append(f"Instructed: {' / '.join(self.told)}")
        return HandOver(_in(PASSED_ON, self.language), reason, "\n".join(lines))


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language, texts[FALLBACK])
