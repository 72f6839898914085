"""Announcing: customers on a telephone are told the notice or asked the question, and, while they wait, for how long.

What is said next is one pure rule (`domain/calls/announcing.py`), asked again whenever something has changed. What was
played to its end is noted; whatever was not is played again by whoever carries the call next. Where nobody can speak
the call goes on with music, nothing is noted, and so nothing kept.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import structlog

from valvomo.channels.phones import called_over
from valvomo.commands.conversations.consent import ShowNotice
from valvomo.commands.execute import Executor
from valvomo.db import contacts, conversations
from valvomo.db.lost import LOST
from valvomo.domain.access.actor import system
from valvomo.domain.calls.announcing import (
    Hush,
    Note,
    Prompt,
    Rest,
    Say,
    Step,
    Wait,
    begun,
    hushed,
    is_news,
    looked,
    next_step,
    unsaid,
    wait_of,
)
from valvomo.domain.conversations.consent import is_untold
from valvomo.domain.conversations.model import ConsentPolicy, Conversation, State
from valvomo.domain.conversations.telephone import callback_refusal, telephone_of
from valvomo.domain.refusals import Refusal
from valvomo.domain.routing.estimate import Estimate
from valvomo.insight.port import UnavailableError
from valvomo.jobs.calls.phone import Phone, Text
from valvomo.media.port import Engine, SoundError
from valvomo.protocol.spoken import denied_words, question_words, spoken_language, wait_words
from valvomo.queries.routing import prospect_of
from valvomo.voices.rendering import Voices

AGAIN_SECONDS = 1.0
MOST_PLAYED = 330.0
"""Seconds after which the end of what is played is waited for no longer: an engine plays nothing that is so long."""

log = structlog.get_logger(__name__)
Found = TypeVar("Found")


class SilentError(Exception):
    """What was to be said first cannot be said."""


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said, in which language, and of which text, if of any."""

    words: str
    language: str
    text: Text | None = None
    wait: Wait | None = None


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
        self._clock = clock

    @property
    def able(self) -> bool:
        """Whether anybody can speak here."""
        return self._voices.able

    def close(self) -> None:
        """Nothing more is said."""
        self._voices.close()

    async def attend(self, phone: Phone, engine: Engine, leg_id: str) -> None:
        """To one telephone, from when it is in the call until it is not.

        Raises `ConnectionError` where the engine is away: it is brought anew, and told what it has not heard.
        """
        if not phone.voiced:
            return
        phone.telling = hushed(phone.telling)
        try:
            await self._tell(_Ear(phone, engine, leg_id))
        except ConnectionError:
            raise
        except SilentError as error:
            log.info("telephones.not_told", account=phone.call.account_id, why=str(error))
        except Exception:
            log.exception("telephones.not_told", account=phone.call.account_id)
        phone.give_up()

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
                case Say(prompt):
                    words = await _surely(partial(self._first, phone.conversation, prompt))
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
        return next_step(phone.conversation, phone.telling, self._clock())

    async def _say_wait(self, ear: _Ear) -> None:
        """Nothing where there is nothing new; where it cannot be said now, it is tried again later."""
        phone, conversation = ear.phone, ear.phone.conversation
        wait = await _surely(partial(self._wait, conversation, denied=phone.telling.denied))
        if is_news(phone.telling, wait):
            language = spoken_language(await _surely(partial(self._language, conversation)))
            words = _Words(wait_words(wait, language), language, wait=wait)
            if await self._said(ear, Say(Prompt.WAIT), words):
                return
        phone.telling = looked(phone.telling, self._clock())

    async def _say_denied(self, ear: _Ear) -> None:
        language = spoken_language(await _surely(partial(self._language, ear.phone.conversation)))
        if not await self._said(ear, Say(Prompt.NO_CALLBACK), _Words(denied_words(language), language)):
            ear.phone.telling = unsaid(ear.phone.telling)

    async def _said(self, ear: _Ear, say: Say, words: _Words) -> bool:
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

    async def _first(self, conversation: Conversation, prompt: Prompt) -> _Words:
        """The notice or the question in the customer's language, or in one in which there is one."""
        spoken = await self._language(conversation)
        question = prompt is Prompt.QUESTION
        policy = ConsentPolicy.CONSENT if question else ConsentPolicy.NOTICE
        # The keys are said in languages of the house only, and one voice says all of it.
        shown = (conversation.workstream_id, policy.value, spoken_language(spoken) if question else spoken)
        async with self._database.asking() as tx:
            row = await tx.row("house.current_text", conversation.organization_id, *shown)
        if row is None:
            raise SilentError("there is no text")
        language = str(row["language"])
        words = question_words(row["text"], language) if question else str(row["text"])
        return _Words(words, language, Text(version=row["version"], language=language))

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

    async def _language(self, conversation: Conversation) -> str:
        """That of the conversation, else of the last one with the same customer, else the house's first."""
        if conversation.language:
            return conversation.language
        async with self._database.asking() as tx:
            group = await contacts.group(tx, conversation.organization_id, conversation.contact_id)
            found = await tx.value("telephones.language", conversation.organization_id, group)
        return str(found or "")

    async def _wait(self, conversation: Conversation, *, denied: bool) -> Wait:
        """What they can be told of it; of a queue that has closed meanwhile no place."""
        organization_id, phone = conversation.organization_id, telephone_of(conversation)
        async with self._database.reading() as tx:
            waits = await prospect_of(tx, conversation, self._executor.clock())
            way = await tx.row("telephones.callback_way", organization_id, conversation.workstream_id)
        offered = callback_refusal(conversation, offered=way is not None) is None
        may = (
            phone is not None
            and way is not None
            and isinstance(called_over(way["settings"], phone.number), str)
        )
        callback = offered and may and not denied
        if waits is None:
            # An agent is being asked.
            return wait_of(1 if conversation.state is State.ACTIVE else None, None, callback=callback)
        found = waits.estimate
        estimate = Estimate(low=found.low, high=found.high) if found else None
        return wait_of(waits.place if waits.hours.open else None, estimate, callback=callback)


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
