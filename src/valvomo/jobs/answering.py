"""Answering: bots of the house's own, for which a language model speaks.

A turn is a row that is written with the customer's words; a process that dies with one leaves it to the next. What is
said carries the number of what it answers, so that nothing is said twice. Whatever goes wrong ends with people: after a
few failures the bot hands over, and its deadline does so at the latest.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from valvomo.addresses import Network
from valvomo.commands.conversations.bots import Escalate
from valvomo.commands.conversations.message_lane import MessageLane
from valvomo.commands.conversations.messages import PostMessage
from valvomo.commands.execute import Executor
from valvomo.db import bots, conversations
from valvomo.db.sealing import UnopenableError
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.bot_rules import (
    HandOverReason,
    ModelRules,
    Standing,
    after_answering,
    before_answering,
)
from valvomo.domain.conversations.message import MAX_TEXT
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.refusals import Refusal
from valvomo.insight import chat
from valvomo.insight.port import UnavailableError
from valvomo.jobs.posting import Post
from valvomo.jobs.rounds import Rounds
from valvomo.jobs.shares import Shares, UnderWay
from valvomo.protocol.texts.catalogue import text

SHARES = Shares(slots=32, each=8, house=16)
"""How many turns are under way at a time: a slow endpoint, or organization, holds up its own and not the others'."""
LEASE_SECONDS = 150.0
"""How long a turn belongs to the process that took it; longer than any endpoint may take."""
LINES, INSTRUCTIONS = 40, 20
"""Messages and instructions that the model is given: the newest."""
PAUSES = (2.0, 5.0)
"""Seconds after each failure; after one more, people are asked."""
LONGEST_SUMMARY = 2000
GREETING = "greeting"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What is there to answer, as it was when it was looked at."""

    row: Any
    bot: Actor
    rules: ModelRules
    key: bytes | None
    conversation: Conversation
    lines: Sequence[Any]
    instructions: Sequence[str]

    @property
    def where(self) -> tuple[str, str]:
        """Organization and conversation."""
        return self.row["organization_id"], self.row["conversation_id"]

    @property
    def silent(self) -> bool:
        """Whether the bot has not said anything yet."""
        return all(one["author_id"] != self.bot.id for one in self.lines)

    @property
    def asked(self) -> Sequence[Any]:
        """The customer's words since the house's last; to greet somebody who has asked already is no answer."""
        found: list[Any] = []
        for one in reversed(self.lines):
            if one["author_id"] == self.bot.id and one["client_id"] == GREETING:
                continue
            if one["author_role"] != "customer":
                break
            found.insert(0, one)
        return found


class Answering(Rounds):
    """One for a process; several share the work. `allowed` are private networks in which endpoints may be."""

    words = True

    def __init__(self, executor: Executor, lane: MessageLane, *, allowed: Sequence[Network] = ()) -> None:
        super().__init__(executor.bell)
        self._executor = executor
        self._lane = lane
        self._allowed = allowed
        self._turns = UnderWay(SHARES, self.wake.set)

    @property
    def under_way(self) -> int:
        """How many turns are being taken."""
        return len(self._turns)

    async def run(self) -> None:
        """Answer until cancelled."""
        async with Post.opened(self._allowed) as self._post, asyncio.TaskGroup() as self._group:
            await super().run()

    async def round(self) -> float | None:
        """Take as many turns as there is room for."""
        turns = self._turns
        if turns.free == 0:
            return None
        async with self._executor.database.transaction() as tx:
            rows = await tx.rows(
                "bots.lease_turns", self._executor.clock(), LEASE_SECONDS, turns.free, *turns.counted, SHARES.each,
                SHARES.house,
            )  # fmt: skip
        for row in rows:
            turns.begin((row["organization_id"], row["bot_id"]))
            self._group.create_task(self._take(row))
        return None

    async def _take(self, row: Any) -> None:
        try:
            turn = await self._looked_at(row)
            if turn is not None:
                await self._answer(turn)
        except Exception:
            # The lease ends by itself, and the bot's deadline asks people at the latest.
            log.exception("answering.failed", conversation=row["conversation_id"])
        finally:
            self._turns.end((row["organization_id"], row["bot_id"]))

    async def _looked_at(self, row: Any) -> Turn | None:
        where = (row["organization_id"], row["conversation_id"])
        async with self._executor.database.transaction() as tx:
            bot = await tx.row("bots.get", where[0], row["bot_id"])
            conversation = await conversations.get(tx, *where)
            if bot is None or conversation is None or not _has_it(conversation, row["bot_id"]):
                await tx.run("bots.turn_over", *where)
                return None
            if conversation.bot_paused is not None:
                await tx.run("bots.turn_failed", *where, conversation.bot_paused.until, "paused", 0)
                return None
            after = max(0, conversation.public_seq - LINES)
            lines = await tx.rows("messages.public_after", *where, after, LINES)
            told = await tx.rows("bots.instructions", *where, INSTRUCTIONS)
        return Turn(
            row=row,
            bot=bots.actor_of(bot),
            rules=msgspec.convert(bot["rules"], ModelRules),
            key=bot["sealed_key"],
            conversation=conversation,
            lines=lines,
            instructions=[one["text"] for one in told],
        )

    async def _answer(self, turn: Turn) -> None:
        if turn.silent and not await self._say(turn, greeting(turn), GREETING):
            return
        if not turn.asked:
            await self._done(turn, turn.row["wanted"], 0, turn.row["puzzled"])
            return
        standing = Standing(
            words="\n".join(one["text"] for one in turn.asked),
            mood=turn.conversation.sentiment_level,
            puzzled=turn.row["puzzled"],
            tokens=turn.row["tokens"],
        )
        if why := before_answering(turn.rules, standing):
            await self._hand_over(turn, why)
            return
        try:
            reply = await self._ask(turn, standing.words)
        except UnavailableError as error:
            await self._failed(turn, str(error))
            return
        await self._act_on(turn, reply)

    async def _act_on(self, turn: Turn, reply: chat.Reply) -> None:
        puzzled = turn.row["puzzled"] + (not reply.helps)
        if reply.hand_over is not None:
            await self._hand_over(turn, HandOverReason.MODEL, reply.hand_over)
        elif why := after_answering(turn.rules, reply.text, reply.confidence):
            await self._hand_over(turn, why)
        elif puzzled >= turn.rules.puzzled:
            await self._hand_over(turn, HandOverReason.PUZZLED)
        else:
            newest = turn.asked[-1]["public_seq"]
            await self._say(turn, reply.text, f"answer-{newest}")
            await self._done(turn, newest, reply.tokens, puzzled)

    async def _ask(self, turn: Turn, words: str) -> chat.Reply:
        async with self._executor.database.asking() as tx:
            found = await tx.rows(
                "bots.find_snippets", turn.where[0], turn.bot.id, any_of(words), turn.rules.snippets
            )
        asked = chat.Asked(
            name=turn.bot.name,
            lines=[
                chat.Line(text=one["text"], by_customer=one["author_role"] == "customer")
                for one in turn.lines
            ],
            instructions=turn.instructions,
            snippets=[(one["title"], one["text"]) for one in found],
        )
        headers = {"content-type": "application/json", "accept": "application/json", **self._authorized(turn)}
        answer = await self._post.send(
            f"{turn.rules.url.rstrip('/')}/{chat.PATH}",
            headers,
            msgspec.json.encode(chat.request(turn.rules, asked)),
            seconds=turn.rules.seconds,
            most=chat.LARGEST_ANSWER,
        )
        if answer.problem is not None:
            raise UnavailableError(answer.problem)
        return chat.read(answer.body)

    def _authorized(self, turn: Turn) -> dict[str, str]:
        if turn.key is None:
            return {}
        try:
            key = self._executor.sealer.open(turn.key, turn.where[0], "bot", turn.bot.id)
        except UnopenableError as error:
            raise UnavailableError(f"the endpoint's key cannot be opened: {error}") from error
        return {"authorization": f"Bearer {key}"}

    async def _say(self, turn: Turn, words: str, client_id: str) -> bool:
        """Whether it was said; a refusal means that the conversation is the bot's no more, or it is paused."""
        command = PostMessage(conversation_id=turn.where[1], text=words[:MAX_TEXT], client_id=client_id)
        outcome = await self._lane.post(turn.bot, command)
        if isinstance(outcome, Refusal):
            log.info("answering.refused", conversation=turn.where[1], reason=outcome.reason.value)
        return not isinstance(outcome, Refusal)

    async def _hand_over(self, turn: Turn, why: HandOverReason, summary: str = "") -> None:
        command = Escalate(
            conversation_id=turn.where[1],
            reason=why.value,
            summary=summary.replace("\x00", "")[:LONGEST_SUMMARY],
        )
        await self._executor.execute(turn.bot, command)

    async def _done(self, turn: Turn, answered: int, tokens: int, puzzled: int) -> None:
        async with self._executor.database.transaction() as tx:
            await tx.run("bots.turn_taken", *turn.where, answered, self._executor.clock(), tokens, puzzled)

    async def _failed(self, turn: Turn, problem: str) -> None:
        log.warning("answering.unavailable", conversation=turn.where[1], problem=problem)
        attempts = turn.row["attempts"]
        if attempts > len(PAUSES):
            await self._hand_over(turn, HandOverReason.FAILED)
            return
        due: datetime = self._executor.clock() + timedelta(seconds=PAUSES[attempts - 1])
        async with self._executor.database.transaction() as tx:
            await tx.run("bots.turn_failed", *turn.where, due, problem[:500], 0)


def greeting(turn: Turn) -> str:
    """In the customer's language, or else in English; where the house has none, our own says that it is a bot."""
    language = turn.conversation.language.partition("-")[0].lower()
    own = turn.rules.greeting
    return (
        own.get(language)
        or own.get("en")
        or text(language or "en", ("bot", "greeting"), {"name": turn.bot.name})
    )


def any_of(words: str) -> str:
    """A search for any of the words, as the house's search understands it."""
    return " or ".join(
        dict.fromkeys(one.lower() for one in re.findall(r"\w{2,40}", words)[:60] if one.lower() != "or")
    )


def _has_it(conversation: Conversation, bot_id: str) -> bool:
    return conversation.bot_id == bot_id and conversation.state is State.ACTIVE
