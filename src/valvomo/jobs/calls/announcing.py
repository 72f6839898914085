"""Announcing: customers on a telephone are told the notice or asked the question, and, while they wait, for how long.

So they are of what happens in their conversation, as far as a window would show it and the workstream has it said: a
supervisor joins, leaves or takes over. What is said next is one pure rule (`domain/calls/announcing.py`), asked again
whenever something has changed. What was played to its end is noted; whatever was not is played again by whoever carries
the call next. Where nobody can speak the call goes on with music, nothing is noted, and so nothing kept. They alone
hear what is said to them, and no recording has it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import structlog

from valvomo.commands.conversations.consent import ShowNotice
from valvomo.commands.execute import Executor
from valvomo.db import conversations, journal
from valvomo.db.lost import LOST
from valvomo.domain.access.actor import system
from valvomo.domain.calls.announcing import (
    Hush,
    Note,
    Prompt,
    Rest,
    Say,
    Step,
    begun,
    farewell,
    hushed,
    is_news,
    looked,
    next_step,
    told_of,
    unsaid,
)
from valvomo.domain.conversations.consent import is_untold
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.refusals import Refusal
from valvomo.insight.port import UnavailableError
from valvomo.jobs.calls.last_word import last_word
from valvomo.jobs.calls.phone import Phone
from valvomo.jobs.calls.wording import SilentError, Wording, Words
from valvomo.jobs.rounds import by_itself
from valvomo.media.port import Engine, GoneError, SoundError
from valvomo.voices.rendering import Voices

AGAIN_SECONDS = 1.0
MOST_PLAYED = 330.0
"""Seconds after which the end of what is played is waited for no longer: an engine plays nothing that is so long."""

MAKING_SECONDS = 5.0
"""Within which the last words have to be made: whoever is to hear them is hung up then."""

log = structlog.get_logger(__name__)
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class _Ear:
    """Who hears it: a telephone, and its leg at the engine."""

    phone: Phone
    engine: Engine
    leg_id: str


class Announcer:
    """One for a process that carries calls."""

    def __init__(
        self, executor: Executor, voices: Voices, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._executor = executor
        self._database = executor.database
        self._voices = voices
        self._wording = Wording(executor)
        self._clock = clock

    @property
    def able(self) -> bool:
        """Whether anybody can speak here."""
        return self._voices.able

    @property
    def speaks(self) -> bool:
        """Whether somebody can as far as is known, and did not fail the last time."""
        return self._voices.speaks

    def close(self) -> None:
        """Nothing more is said."""
        self._voices.close()

    async def attend(self, phone: Phone, engine: Engine, leg_id: str) -> None:
        """To one telephone, from when it is in the call until it is not.

        Raises `ConnectionError` where the engine is away: it is brought anew, and told what it has not heard.
        """
        if not self.able:
            return
        phone.telling, ear = hushed(phone.telling), _Ear(phone, engine, leg_id)
        try:
            await self._as_far(ear)
            # What happens later is tried all the same: whoever could not speak may be able to then.
            phone.telling = hushed(phone.telling)
            await self._as_far(ear)
        except ConnectionError:
            raise
        except Exception:
            log.exception("telephones.not_told", account=phone.call.account_id)
            phone.give_up()

    async def hear_of(self, phone: Phone, conversation: Conversation) -> None:
        """Note what has happened since this was asked last, as far as the customer is told of it."""
        if not self.able:
            return
        async with self._database.asking() as tx:
            facts = await journal.of_conversation(tx, *phone.key, after_version=phone.heard_of)
            chosen = await tx.value("house.announced", phone.key[0], conversation.workstream_id)
        events = [one.event for one in facts if isinstance(one.event, Event)]
        phone.hear_of(max((one.version or 0 for one in facts), default=phone.heard_of), events, chosen or ())

    async def end(self, phone: Phone, conversation: Conversation | None, engine: Engine | None) -> None:
        """Say why it is over, if that is said, and hang up."""
        told = farewell(phone.telling, conversation.state) if conversation is not None else None
        if told is not None and conversation is not None and engine is not None and not phone.over:
            with by_itself("telephones.no_last_word", account=phone.call.account_id):
                try:
                    async with asyncio.timeout(MAKING_SECONDS):
                        words = await self._wording.told(conversation, told)
                        sound = await self._voices.say(words.words, words.language)
                    await last_word(phone, engine, conversation.contact_id, sound)
                except (ConnectionError, GoneError, SoundError, TimeoutError, UnavailableError) as error:
                    log.warning("telephones.no_last_word", account=phone.call.account_id, why=repr(error))
        await phone.trunk.end(phone.call.trunk_call)

    async def _as_far(self, ear: _Ear) -> None:
        """As far as it can be said."""
        try:
            await self._tell(ear)
        except SilentError as error:
            log.info("telephones.not_told", account=ear.phone.call.account_id, why=str(error))
        ear.phone.give_up()

    async def _tell(self, ear: _Ear) -> None:
        phone = ear.phone
        while True:
            phone.stirred.clear()
            step = self._next(phone)
            match step:
                case Say(Prompt.WAIT):
                    await self._say_wait(ear)
                case Say(Prompt.NO_CALLBACK):
                    await self._say_denied(ear)
                case Say(Prompt.LINE):
                    await self._say_line(ear)
                case Say(prompt):
                    words = await _surely(partial(self._wording.first, phone.conversation, prompt))
                    phone.text = words.text
                    if not await self._said(ear, step, words):
                        raise SilentError("nobody can say it")
                case Hush():
                    phone.telling = hushed(phone.telling)
                    await ear.engine.stop_play(phone.call.call_id, ear.leg_id)
                case Note():
                    await _surely(partial(self._note, phone))
                case Rest(seconds):
                    await _rest(phone, seconds)

    def _next(self, phone: Phone) -> Step:
        return next_step(phone.conversation, phone.telling, self._clock(), voiced=phone.voiced)

    async def _say_wait(self, ear: _Ear) -> None:
        """Nothing where there is nothing new; where it cannot be said now, it is tried again later."""
        phone, conversation = ear.phone, ear.phone.conversation
        wait = await _surely(partial(self._wording.wait, conversation, denied=phone.telling.denied))
        if is_news(phone.telling, wait):
            words = await _surely(partial(self._wording.waiting, conversation, wait))
            if await self._said(ear, Say(Prompt.WAIT), words):
                return
        phone.telling = looked(phone.telling, self._clock())

    async def _say_denied(self, ear: _Ear) -> None:
        words = await _surely(partial(self._wording.denied, ear.phone.conversation))
        if not await self._said(ear, Say(Prompt.NO_CALLBACK), words):
            ear.phone.telling = unsaid(ear.phone.telling)

    async def _say_line(self, ear: _Ear) -> None:
        """What has happened; what cannot be said of it now is not said later, when it may not be so any more."""
        phone = ear.phone
        words = await _surely(partial(self._wording.told, phone.conversation, phone.telling.lines[0]))
        if not await self._said(ear, Say(Prompt.LINE), words):
            phone.telling = told_of(phone.telling)

    async def _said(self, ear: _Ear, say: Say, words: Words) -> bool:
        """Begin to say it, unless something has changed while it was made; whether nobody failed."""
        phone = ear.phone
        try:
            sound = await self._voices.say(words.words, words.language)
        except UnavailableError:
            return False
        if self._next(phone) != say:
            return True
        phone.telling = begun(phone.telling, say.prompt, words.wait)
        try:
            await ear.engine.play(phone.call.call_id, ear.leg_id, sound)
        except SoundError as error:
            log.warning("telephones.not_played", account=phone.call.account_id, why=str(error))
            phone.telling = hushed(phone.telling)
            return False
        return True

    async def _note(self, phone: Phone) -> None:
        """They were told; whoever else is in the call may hear them from now on."""
        if (text := phone.text) is None:
            raise SilentError("nothing was said")
        command = ShowNotice(
            conversation_id=phone.call.conversation_id, version=text.version, text_language=text.language
        )
        outcome = await self._executor.execute(system(phone.call.organization_id, "calls"), command)
        if isinstance(outcome, Refusal):
            raise SilentError(outcome.reason.value)
        async with self._database.asking() as tx:
            now = await conversations.get(tx, *phone.key)
        if now is None or is_untold(now):
            raise SilentError("it could not be noted")
        phone.follow(now)


async def _rest(phone: Phone, seconds: float | None) -> None:
    playing = phone.telling.playing is not None
    try:
        async with asyncio.timeout(MOST_PLAYED if playing else seconds):
            await phone.stirred.wait()
    except TimeoutError:
        if playing:
            raise SilentError("what is played has no end") from None


async def _surely(ask: Callable[[], Awaitable[Found]]) -> Found:
    """Trouble with the database passes, and nobody is let through meanwhile."""
    while True:
        try:
            return await ask()
        except LOST as error:
            log.warning("telephones.not_asked", error=repr(error))
            await asyncio.sleep(AGAIN_SECONDS)
