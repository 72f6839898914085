"""Wording: what customers on a telephone are told, in their language, from what the house knows of them."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.channels.phones import called_over
from valvomo.commands.execute import Executor
from valvomo.db import contacts
from valvomo.domain.calls.announcing import Prompt, Wait, wait_of
from valvomo.domain.conversations.model import ConsentPolicy, Conversation, State
from valvomo.domain.conversations.telephone import callback_refusal, telephone_of
from valvomo.domain.conversations.told import Told
from valvomo.domain.routing.estimate import Estimate
from valvomo.jobs.calls.phone import Text
from valvomo.protocol.spoken import denied_words, question_words, spoken_language, told_words, wait_words
from valvomo.queries.routing import prospect_of


class SilentError(Exception):
    """What was to be said first cannot be said."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said, in which language, and of which text, if of any."""

    words: str
    language: str
    text: Text | None = None
    wait: Wait | None = None


class Wording:
    """One for a process that carries calls."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._database = executor.database

    async def first(self, conversation: Conversation, prompt: Prompt) -> Words:
        """The notice or the question in the customer's language, or in one in which there is one.

        Raises `SilentError`.
        """
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
        return Words(words, language, Text(version=row["version"], language=language))

    async def waiting(self, conversation: Conversation, wait: Wait) -> Words:
        """Their place and the like."""
        language = spoken_language(await self._language(conversation))
        return Words(wait_words(wait, language), language, wait=wait)

    async def denied(self, conversation: Conversation) -> Words:
        """There is no callback for them."""
        language = spoken_language(await self._language(conversation))
        return Words(denied_words(language), language)

    async def told(self, conversation: Conversation, told: Told) -> Words:
        """What has happened; the house's own words are in whatever language it has written them."""
        spoken = await self._language(conversation)
        language = spoken if told.text is not None and spoken else spoken_language(spoken)
        return Words(told_words(told, language), language)

    async def wait(self, conversation: Conversation, *, denied: bool) -> Wait:
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

    async def _language(self, conversation: Conversation) -> str:
        """That of the conversation, else of the last one with the same customer, else the house's first."""
        if conversation.language:
            return conversation.language
        async with self._database.asking() as tx:
            group = await contacts.group(tx, conversation.organization_id, conversation.contact_id)
            found = await tx.value("telephones.language", conversation.organization_id, group)
        return str(found or "")
