"""What a customer on a telephone is told next, and what a key that they press means (spec 1 §5, §8).

First the notice, or the question whether they agree, before they and anybody else hear each other. Then, while they
wait, their place, how long it will probably take, and that they may be called back: at once, and again where something
has changed. One thing at a time, and of the wait nothing once an agent has accepted. What a window would show of what
happens, such as a supervisor who joins, is said as soon as the notice is over, line by line.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from valvomo.domain.conversations.call_marks import Line
from valvomo.domain.conversations.consent import is_untold
from valvomo.domain.conversations.event import Event, ongoing_call
from valvomo.domain.conversations.model import ConsentPolicy, Conversation, Stage, State
from valvomo.domain.conversations.telephone import TelephoneAnswered
from valvomo.domain.conversations.told import AT_THE_END, CALLED_BACK, Told, spoken
from valvomo.domain.routing.estimate import Estimate

MOST_ASKED = 2
"""So often the question is put."""
ANSWER_SECONDS = 6.0
"""After it was put, for a key."""
AGAIN_SECONDS = 60.0
"""Between two words about the wait, at least."""
LOOK_SECONDS = 15.0
"""Until it is looked again whether there is anything new to say of it."""
AGREED, DECLINED, CALLBACK = "1", "2", "1"
"""Keys."""


class Prompt(StrEnum):
    """What can be said."""

    NOTICE = "notice"
    QUESTION = "question"
    WAIT = "wait"
    NO_CALLBACK = "no_callback"
    LINE = "line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What somebody who waits can be told: 1 is next; the probable wait in whole minutes, from and to; a callback.

    None is what is not known, or nothing honest can be said of. From 0 to 1 is less than a minute.
    """

    place: int | None = None
    minutes: tuple[int, int] | None = None
    callback: bool = False

    @property
    def says_something(self) -> bool:
        """Whether there is anything in it."""
        return self.place is not None or self.callback


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What has been said to one telephone in one call, and what is being said.

    Moments are in seconds by a clock that never goes back. `heard`: how often they have heard the notice or question to
    its end, `ended` when anything was last heard to its end; `wait` what they were told of it last, `offered` whether
    they have heard that they may be called back, and `looked` when it was last found that there is nothing to say.
    `denied`: they wanted it, and it was refused; it is not offered again. `owed`: they have not been told of that.
    `lines` are what has happened and they are still to be told; the first is said first.
    """

    playing: Prompt | None = None
    heard: int = 0
    ended: float | None = None
    wait: Wait | None = None
    offered: bool = False
    looked: float | None = None
    denied: bool = False
    owed: bool = False
    lines: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Say:
    """Begin to say this. Of the wait it is found out first how long it is, and nothing said that is no `news`."""

    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Hush:
    """Stop what is being said: it is not so any more."""


@dataclass(frozen=True, slots=True)
class Note:
    """Note that they have heard the notice; or the question, as often as it is put, and have not answered."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Say nothing now; look again after so many seconds, and whenever something has changed (None: only then)."""

    seconds: float | None = None


Step: TypeAlias = Say | Hush | Note | Rest


class Meaning(StrEnum):
    """What keys mean that were pressed: nothing at all, or nothing to the house, which shows them to the agent."""

    NOTHING = "nothing"
    AGREED = "agreed"
    DECLINED = "declined"
    CALLBACK = "callback"
    SHOWN = "shown"


def opening(conversation: Conversation) -> Prompt | None:
    """What a customer on a telephone must be told before they and anybody else hear each other; None where nothing."""
    if not _is_up(conversation) or not is_untold(conversation):
        return None
    return Prompt.NOTICE if conversation.consent.policy is ConsentPolicy.NOTICE else Prompt.QUESTION


def waits(conversation: Conversation) -> bool:
    """Whether they wait on the telephone for somebody to accept; being offered to an agent is waiting still."""
    offered = conversation.stage is Stage.OFFERED
    return _is_up(conversation) and (conversation.state is State.OPEN or offered)


def next_step(conversation: Conversation, telling: Telling, now: float, *, voiced: bool = True) -> Step:
    """What to do now. Where what comes first could not be said (not `voiced`), only what happens still is."""
    first = opening(conversation) if voiced else None
    waiting = voiced and waits(conversation)
    if telling.playing is not None:
        return Rest() if _stands(telling, first, wait=waiting) else Hush()
    if first is Prompt.QUESTION:
        return _asking(telling, now)
    if first is not None:
        return Note() if telling.heard else Say(first)
    if telling.lines and _is_up(conversation):
        return Say(Prompt.LINE)
    if not waiting:
        return Rest()
    return Say(Prompt.NO_CALLBACK) if telling.owed else _waiting(telling, now)


def _stands(telling: Telling, first: Prompt | None, *, wait: bool) -> bool:
    """Whether what is being said is still to be said: nobody is offered any longer what they have just been denied."""
    if telling.playing is Prompt.LINE:
        return first is None
    if first is not None or not wait:
        return telling.playing is first
    return telling.playing is Prompt.NO_CALLBACK or (telling.playing is Prompt.WAIT and not telling.owed)


def begun(telling: Telling, prompt: Prompt, wait: Wait | None = None) -> Telling:
    """It is being said from now on."""
    return replace(telling, playing=prompt, wait=wait or telling.wait)


def ended(telling: Telling, now: float) -> Telling:
    """What was being said has been heard to its end."""
    if telling.playing is Prompt.WAIT:
        offered = telling.offered or (telling.wait is not None and telling.wait.callback)
        return replace(telling, playing=None, ended=now, offered=offered)
    if telling.playing is Prompt.NO_CALLBACK:
        return replace(telling, playing=None, ended=now, owed=False)
    if telling.playing is Prompt.LINE:
        return replace(told_of(telling), playing=None, ended=now)
    return replace(telling, playing=None, ended=now, heard=telling.heard + (telling.playing is not None))


def hushed(telling: Telling) -> Telling:
    """What was being said has been stopped: it was not heard to its end, and counts for nothing."""
    wait = None if telling.playing is Prompt.WAIT else telling.wait
    return replace(telling, playing=None, wait=wait)


def looked(telling: Telling, now: float) -> Telling:
    """It was looked how long they wait, and there was nothing to say, or nobody who could."""
    return replace(telling, looked=now)


def denied(telling: Telling) -> Telling:
    """The callback that they wanted was refused: that is said, if it was offered to them at all."""
    was_offered = telling.denied or telling.offered or (telling.wait is not None and telling.wait.callback)
    return replace(telling, denied=True, owed=True) if was_offered else telling


def unsaid(telling: Telling) -> Telling:
    """Nobody can say what they are owed; they will not wait for that."""
    return replace(telling, owed=False)


def hears_of(telling: Telling, events: Iterable[Event], chosen: frozenset[str]) -> Telling:
    """This has happened, in order: what is said of it on a telephone is to be said.

    What was before the telephone was answered is none of its business: it is said at the telephone, or was at another.
    """
    for event in events:
        if isinstance(event, TelephoneAnswered):
            telling = replace(telling, lines=())
        elif (told := spoken(event, chosen)) is not None:
            telling = replace(telling, lines=(*telling.lines, told))
    return telling


def told_of(telling: Telling) -> Telling:
    """The first of what has happened was said, or nobody could say it."""
    return replace(telling, lines=telling.lines[1:])


def farewell(telling: Telling, state: State) -> Told | None:
    """What is still said before the telephone is hung up: why it is. Who is closed by now is called back no more."""
    told = next((one for one in reversed(telling.lines) if one.code in AT_THE_END), None)
    return None if told is not None and told.code == CALLED_BACK and state is State.CLOSED else told


def is_news(telling: Telling, wait: Wait) -> bool:
    """Whether it is worth saying, after what they were told last."""
    return wait.says_something and wait != telling.wait


def wait_of(place: int | None, estimate: Estimate | None, *, callback: bool) -> Wait:
    """What can be told of it, in the whole minutes in which people say such things."""
    minutes = None
    if place is not None and estimate is not None:
        high = max(1, math.ceil(estimate.high / 60))
        minutes = (min(max(1, round(estimate.low / 60)), high) if high > 1 else 0), high
    return Wait(place=place, minutes=minutes, callback=callback)


def meaning(conversation: Conversation, telling: Telling, keys: str, *, voiced: bool) -> Meaning:
    """What these keys mean; `voiced`: the customer is told what there is to be told.

    While they are asked whether they agree a key is the answer and nothing else: a yes once they have heard the
    question to its end, a no at any time. Who was asked wants to be called back only after they have heard that they
    may: an answer that comes late, or twice, is no such wish.
    """
    if voiced and opening(conversation) is Prompt.QUESTION:
        first = next((one for one in keys if one in (AGREED, DECLINED)), "")
        if first == DECLINED:
            return Meaning.DECLINED
        return Meaning.AGREED if first == AGREED and telling.heard else Meaning.NOTHING
    if conversation.accepted:
        return Meaning.SHOWN
    asked = telling.heard > 0 and conversation.consent.policy is ConsentPolicy.CONSENT
    wanted = CALLBACK in keys and (telling.offered or not asked)
    return Meaning.CALLBACK if wanted else Meaning.NOTHING


def _is_up(conversation: Conversation) -> bool:
    call = ongoing_call(conversation)
    return call is not None and call.telephone is not None and call.telephone.line is Line.UP


def _asking(telling: Telling, now: float) -> Step:
    if telling.heard == 0 or telling.ended is None:
        return Say(Prompt.QUESTION)
    left = telling.ended + ANSWER_SECONDS - now
    if left > 0:
        return Rest(left)
    return Note() if telling.heard >= MOST_ASKED else Say(Prompt.QUESTION)


def _waiting(telling: Telling, now: float) -> Step:
    due = now
    if telling.wait is not None and telling.ended is not None:
        due = telling.ended + AGAIN_SECONDS
    if telling.looked is not None:
        due = max(due, telling.looked + LOOK_SECONDS)
    return Rest(due - now) if due > now else Say(Prompt.WAIT)
