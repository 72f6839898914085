"""A customer and an agent talking without a server: seconds pass one by one, and both see at once what is said."""

import random
from dataclasses import dataclass, field, replace

from valvomo.demo.people.agent import Agent, Heard, Talk
from valvomo.demo.people.customer import Customer, Sight, Temperament, temperament
from valvomo.demo.people.matters import LANGUAGES, Language, language
from valvomo.demo.people.moves import Away, Complete, End, Gone, Note, Park, Resume, Say, Wait

CALM = Temperament(mood=0.5, patience=60.0, leaves_after=None)
AGENT = Agent(id="agent", name="Eino Mäkelä")
LONGEST = 6 * 3600


def customer(code: str, matter: int, nature: Temperament = CALM, seed: int = 1) -> Customer:
    texts = language(code)
    return Customer(texts=texts, matter=texts.matters[matter], temperament=nature, dice=random.Random(seed))


def anybody(seed: int, *, lasting: bool) -> Customer:
    dice = random.Random(seed)
    texts = language(dice.choice(("en", "fi", "sv")))
    nature = temperament(dice, lasting=lasting)
    return Customer(texts=texts, matter=dice.choice(texts.matters), temperament=nature, dice=dice)


@dataclass(kw_only=True)
class Meeting:
    """What is known to the server in this little world."""

    mind: Customer
    id: str = "conversation"
    channel: str = "live_chat"
    accepted_at: int | None = 20
    now: int = 0
    state: str = "open"
    since: float = 0.0
    heard: list[Heard] = field(default_factory=list)
    back_at: float = 0.0
    moves: list[str] = field(default_factory=list)

    def run(self) -> "Meeting":
        self._say("customer", self.mind.opening())
        while self.state != "closed" and self.now < LONGEST:
            self.now += 1
            if self.state == "open" and self.accepted_at is not None and self.now >= self.accepted_at:
                self._become("active")
            if self.now >= self.back_at:
                self._customer()
            if self.state in {"active", "wrap_up", "waiting"} and self.now % 3 == 0:
                self._agent()
        return self

    @property
    def texts(self) -> Language:
        return self.mind.texts

    def said(self, role: str) -> list[str]:
        return [one.text for one in self.heard if one.role == role and one.visibility == "public"]

    def _become(self, state: str) -> None:
        self.state, self.since = state, self.now

    def _say(self, role: str, text: str, visibility: str = "public") -> None:
        self.heard.append(Heard(author=role, role=role, visibility=visibility, text=text, at=float(self.now)))
        if role == "customer" and self.state == "waiting":
            self._become("active")

    def _customer(self) -> None:
        mine = [n for n, one in enumerate(self.heard) if one.role == "customer"]
        house = [
            n for n, one in enumerate(self.heard) if one.role != "customer" and one.visibility == "public"
        ]
        unread = [one.text for one in self.heard[mine[-1] + 1 :] if one.visibility == "public"]
        asked = (
            [one for one in self.heard[house[-1] + 1 :] if one.role == "customer"] if house else self.heard
        )
        last = self.heard[-1].at
        move = self.mind.next_move(
            Sight(
                state=self.state,
                unread=tuple(unread),
                silence=self.now - last,
                waited=self.now - (asked[0].at if asked else last),
            )
        )
        match move:
            case Say(text):
                self._say("customer", text)
            case Wait(seconds):
                assert seconds > 0
            case Away(seconds):
                self.moves.append("away")
                self.back_at = float("inf") if seconds is None else self.now + seconds
            case End():
                self.moves.append("customer ends")
                self._become("closed" if self.state == "open" else "wrap_up")
            case Gone():
                self.back_at = float("inf")

    def _agent(self) -> None:
        talk = Talk(
            id=self.id,
            channel=self.channel,
            state=self.state,
            language=next(code for code in LANGUAGES if language(code) is self.texts),
            subject=self.mind.matter.subject,
            customer="Emma Clarke",
            since=self.since,
            queued=float(self.accepted_at or 0),
            heard=tuple(self.heard),
        )
        move = AGENT.next_move(talk, self.now)
        match move:
            case Say(text):
                self._say("agent", text)
                self.heard[-1] = replace(self.heard[-1], author=AGENT.id)
            case Note(text, whisper=whisper):
                self._say("agent", text, "whisper" if whisper else "internal")
                self.heard[-1] = replace(self.heard[-1], author=AGENT.id)
            case Park():
                self.moves.append("park")
                self._become("waiting")
            case Resume():
                self.moves.append("resume")
                self._become("active")
            case End():
                self.moves.append("agent ends")
                self._become("wrap_up")
            case Complete():
                self._become("closed")
            case Wait(seconds):
                assert seconds > 0
