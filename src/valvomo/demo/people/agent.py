"""An agent's mind: what they do next in each of their conversations, given what they see. No clock, no network."""

from __future__ import annotations

import random
from dataclasses import dataclass

from valvomo.demo.people.matters import Matter, first_name, language
from valvomo.demo.people.moves import AgentMove, Complete, End, Note, Park, Resume, Say, Wait, happens

LONG_WAIT = 60.0
WRAP_UP = (4.0, 14.0)
"""How long wrapping up takes."""
BEFORE_PARKING = 30.0
BEFORE_GIVING_UP = 150.0
BEFORE_ENDING = 12.0
BEFORE_TIDYING = 1500.0
"""After so long a parked chat is taken up again, and ended if the customer is not there."""

SOLVED = 0.74
HOLDING = 0.15
NOTES = 0.08
MISSED = 0.02
REJECTED = 0.05
ANSWERS_WHISPER = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message as the agent sees it. `at` is on the agent's clock."""

    author: str
    role: str
    visibility: str
    text: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation of the agent's. `since` is when it came into its state, `queued` how long it waited."""

    id: str
    channel: str
    state: str
    language: str
    subject: str
    customer: str
    since: float
    queued: float = 0.0
    heard: tuple[Heard, ...] = ()

    @property
    def public(self) -> tuple[Heard, ...]:
        """What everybody reads."""
        return tuple(one for one in self.heard if one.visibility == "public")


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of an offer: accepted after `seconds`, rejected with a reason, or missed."""

    accepted: bool | None
    seconds: float
    reason: str | None = None


@dataclass(slots=True, kw_only=True)
class Agent:
    """One agent. What they choose in a conversation depends on the seed and the conversation alone."""

    id: str
    name: str
    seed: int = 0

    def answer(self, offer_id: str, kind: str, tongue: str) -> Answer:
        """Mostly yes; who is asked by a colleague or a supervisor never says no."""
        dice = random.Random(f"{self.seed}:{offer_id}")
        seconds = dice.uniform(1.0, 5.0)
        if kind != "assignment":
            return Answer(True, seconds)
        if happens(dice, MISSED):
            return Answer(None, seconds)
        if happens(dice, REJECTED):
            return Answer(False, seconds, dice.choice(language(tongue).manners.reject))
        return Answer(True, seconds)

    def next_move(self, talk: Talk, now: float) -> AgentMove:
        """What to do now in this conversation."""
        dice = random.Random(f"{self.seed}:{talk.id}:{len(talk.heard)}:{talk.state}")
        passed = now - talk.since
        if talk.state == "wrap_up":
            needed = dice.uniform(*WRAP_UP)
            return Complete("resolved") if passed >= needed else Wait(needed - passed)
        if talk.state == "waiting":
            return Resume() if passed >= BEFORE_TIDYING else Wait(BEFORE_TIDYING - passed)
        if talk.state != "active":
            return Wait(60.0)
        if talk.channel == "record":
            return self._work_on(talk, now, dice)
        return self._colleagues(talk, dice) or self._serve(talk, now, dice)

    def _colleagues(self, talk: Talk, dice: random.Random) -> Note | None:
        """Answers to whispers, and now and then a note."""
        inside = [one for one in talk.heard if one.visibility != "public"]
        manners = language(talk.language).manners
        if inside and inside[-1].author != self.id and inside[-1].visibility == "whisper":
            return (
                Note(dice.choice(manners.whisper), whisper=True) if happens(dice, ANSWERS_WHISPER) else None
            )
        if not inside and len(talk.heard) > 3 and happens(dice, NOTES):  # noqa: PLR2004 - not in the beginning
            return Note(dice.choice(manners.note))
        return None

    def _serve(self, talk: Talk, now: float, dice: random.Random) -> AgentMove:
        texts = language(talk.language)
        public = talk.public
        answers = [
            number
            for number, one in enumerate(public)
            if one.role != "customer" and texts.is_answer(one.text)
        ]
        unanswered = public[answers[-1] + 1 :] if answers else public
        waiting = [one for one in unanswered if one.role == "customer"]
        if waiting:
            return self._reply(talk, waiting, dice)
        if not public:
            return Wait(30.0)
        return self._silence(talk, now, dice)

    def _reply(self, talk: Talk, waiting: list[Heard], dice: random.Random) -> Say:
        texts = language(talk.language)
        manners = texts.manners
        last = talk.public[-1].text
        if any(one.text == line for one in waiting for _, line in manners.demand) and texts.is_answer(last):
            return Say(dice.choice(manners.supervisor))
        said = [one for one in talk.public if one.role != "customer"]
        if said and happens(dice, HOLDING) and texts.is_answer(last):
            return Say(dice.choice(manners.holding))
        words = self._words(talk, texts.about(talk.subject), said, dice)
        if any(one.author == self.id for one in said):
            return Say(words)
        greeting = dice.choice(manners.greeting).format(
            customer=first_name(talk.customer), agent=first_name(self.name)
        )
        late = talk.queued > LONG_WAIT
        return Say(" ".join([greeting, *([dice.choice(manners.apology)] if late else []), words]))

    def _words(self, talk: Talk, matter: Matter | None, said: list[Heard], dice: random.Random) -> str:
        manners = language(talk.language).manners
        if matter is None:
            answers = (*manners.unknown, dice.choice(manners.farewell))
            return answers[len(said)] if len(said) < len(answers) else dice.choice(manners.unknown[:-1])
        numbers = [number for one in said if (number := matter.number_of(one.text)) is not None]
        solved = happens(random.Random(f"{self.seed}:{talk.id}"), SOLVED)
        turn = matter.turn(max(numbers, default=-1) + 1, solved=solved)
        return turn.agent if turn else dice.choice(manners.farewell if solved else manners.regret)

    def _silence(self, talk: Talk, now: float, dice: random.Random) -> AgentMove:
        """The customer does not write: put it aside, or end it after a last word."""
        manners = language(talk.language).manners
        last, silence = talk.public[-1].text, now - max(talk.public[-1].at, talk.since)
        if last in (*manners.farewell, *manners.regret, *manners.silence):
            return End() if silence >= BEFORE_ENDING else Wait(BEFORE_ENDING - silence)
        if last in manners.parking and now - talk.public[-1].at > BEFORE_TIDYING / 2:
            return Say(dice.choice(manners.silence))
        if last in manners.parking:
            return Park() if silence >= BEFORE_ENDING / 2 else Wait(BEFORE_ENDING / 2 - silence)
        lasting = talk.channel == "persistent_chat" and not any(
            one.text in manners.parking for one in talk.public[-2:]
        )
        due = BEFORE_PARKING if lasting else BEFORE_GIVING_UP
        if silence < due:
            return Wait(due - silence)
        return Say(dice.choice(manners.parking if lasting else manners.silence))

    def _work_on(self, talk: Talk, now: float, dice: random.Random) -> AgentMove:
        """A record: a while of work, a note, the end."""
        texts = language(talk.language)
        needed = dice.uniform(30, 150)
        if now - max(talk.since, talk.heard[-1].at if talk.heard else 0.0) < needed:
            return Wait(needed / 2)
        if talk.heard:
            return End()
        case = next((one for one in texts.cases if one.subject == talk.subject), None)
        return Note(case.note if case else dice.choice(texts.manners.note))
