"""Execute: the only door to transaction, receipts, journal and outbox (design §1, steps 2 to 6)."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import asyncpg
import msgspec
import structlog

from valvomo.commands.registry import HANDLERS, Command, Outcome
from valvomo.commands.work import Work
from valvomo.db import house, journal
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell, Said
from valvomo.db.sealing import NoKeyError, Sealer
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, ActorKind, UserRole
from valvomo.domain.access.acts import OWNERS_TOO, act_account_refusal
from valvomo.domain.access.supervision import Supervision
from valvomo.domain.refusals import Reason, Refusal
from valvomo.telemetry.counts import Spread
from valvomo.telemetry.spans import remember, span

MAX_TRIES = 4
"""How often a command that lost a deadlock or a serialization conflict is tried."""

_SETTLED = "settled"
"""In the receipt of what reaches beyond the database, once it has."""

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It is done and durable. `position` is that of its last fact, None when nothing had to happen."""

    result: Mapping[str, object]
    position: int | None = None
    repeated: bool = False


Beyond = Callable[[Done], Awaitable[Mapping[str, object] | Refusal]]
"""What a command does beyond the database once it is done in it; a refusal that is `BUSY` says that nobody knows."""


class Tally:
    """What came of commands: `outcomes` by command and outcome, `refusals` by reason, `seconds` each took."""

    def __init__(self) -> None:
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.refusals: Counter[str] = Counter()
        self.seconds = Spread()
        self.retries = 0

    def came(self, name: str, outcome: Done | Refusal, seconds: float) -> None:
        """This came of a command."""
        self.seconds.add(seconds)
        if isinstance(outcome, Refusal):
            self.refusals[outcome.reason.value] += 1
            self.outcomes[name, "refused"] += 1
        else:
            self.outcomes[name, "repeated" if outcome.repeated else "done"] += 1

    def failed(self, name: str) -> None:
        """A bug, a broken world, or nobody waits for it any more."""
        self.outcomes[name, "failed"] += 1


class _RefusedError(Exception):
    """Rolls the transaction back, carrying the refusal out."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


class Executor:
    """Carries out commands. One for a process; safe to use from many tasks."""

    def __init__(
        self, database: Database, clock: Clock, bell: Doorbell, sealer: Sealer | None = None
    ) -> None:
        self.database = database
        self.sealer = sealer or Sealer()
        self.clock = clock
        self.bell = bell
        self.tally = Tally()

    def statistics(self) -> Tally:
        """What came of the commands until now."""
        return self.tally

    async def execute(self, actor: Actor, command: Command, key: str | None = None) -> Done | Refusal:
        """Do it once. The same `key` of the same actor again returns the first outcome and changes nothing.

        What is only looked at is looked at anew: a receipt would show it unasked and unnoted.
        """
        began, name = time.perf_counter(), type(command).__name__
        key = None if command.looks else key
        with span(f"command {name}", valvomo__command=name) as told:
            try:
                outcome = await self._execute(actor, command, key)
            except BaseException:
                self.tally.failed(name)
                raise
            if isinstance(outcome, Refusal):
                told.tell(valvomo__refusal=outcome.reason.value)
            else:
                remember(actor.organization_id, outcome.position)
        self.tally.came(name, outcome, time.perf_counter() - began)
        return outcome

    async def _execute(self, actor: Actor, command: Command, key: str | None) -> Done | Refusal:
        if command.role is None or actor.is_(command.role):
            await command.ready()
        for left in reversed(range(MAX_TRIES)):
            try:
                async with self.database.transaction() as tx:
                    done, said = await self._within(tx, actor, command, key)
            except _RefusedError as refused:
                return refused.refusal
            except NoKeyError:
                return Refusal(Reason.WITHOUT_KEY)
            except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
                if not left:
                    raise
                self.tally.retries += 1
                log.info("command.retry", command=type(command).__name__, left=left)
            else:
                if done.position is not None:
                    self.bell.ring(actor.organization_id, words=said is not None, said=said)
                return done
        raise AssertionError("unreachable")

    async def former(self, actor: Actor, command: Command, key: str) -> Done | Refusal | None:
        """What came of this command when this actor gave it with this key before; None when they have not.

        For what has to be judged outside of the command's transaction, on facts that it changes.
        """
        async with self.database.asking() as tx:
            receipt = await tx.row("journal.receipt", actor.organization_id, actor.id, key)
        return None if receipt is None else _repeated(receipt, command)

    async def once(self, actor: Actor, command: Command, key: str | None, beyond: Beyond) -> Done | Refusal:
        """Do what is in the database, and then what is `beyond` it, where no transaction can undo anything.

        A refusal out there is kept as little as any other: asking again is asking anew. While nobody knows what came
        of it, because it goes on or was cut off, a repeat is told so, and does not do it a second time.
        """
        done = self.unsettled(await self.execute(actor, command, key))
        if isinstance(done, Refusal) or done.repeated:
            return done
        came = await beyond(done)
        if not isinstance(came, Refusal):
            await self.settle(actor, key, {**done.result, **came})
        elif came.reason is not Reason.BUSY:
            await self.settle(actor, key, None)
        return came if isinstance(came, Refusal) else done

    @staticmethod
    def unsettled(outcome: Done | Refusal) -> Done | Refusal:
        """The outcome of a command that something beyond the database belongs to; refused while that is not settled."""
        if isinstance(outcome, Done) and outcome.repeated and not outcome.result.get(_SETTLED):
            return Refusal(Reason.IN_PROGRESS)
        return outcome

    async def settle(self, actor: Actor, key: str | None, outcome: Mapping[str, object] | None) -> None:
        """What is beyond the database has been done, with this outcome; with None it was not, and has no receipt."""
        if key is None:
            return
        who = (actor.organization_id, actor.id, key)
        async with self.database.transaction() as tx:
            if outcome is None:
                await tx.run("journal.drop_receipt", *who)
            else:
                await tx.run("journal.fill_receipt", *who, {**outcome, _SETTLED: True})

    async def _within(
        self, tx: Transaction, actor: Actor, command: Command, key: str | None
    ) -> tuple[Done, Said | None]:
        supervision = await house.supervision(tx, actor.organization_id, hold=type(command).act is not None)
        if refusal := coarse_refusal(command, actor, supervision):
            raise _RefusedError(refusal)
        work = Work(tx=tx, actor=actor, now=self.clock(), supervision=supervision, sealer=self.sealer)
        if key is not None and (former := await _claim(work, command, key)) is not None:
            return former, None
        outcome = _unwrapped(await HANDLERS[type(command)](work, command))
        if key is not None:
            kept = {name: value for name, value in outcome.items() if name not in command.secret}
            await tx.run("journal.fill_receipt", actor.organization_id, actor.id, key, kept)
        position = await journal.append(tx, actor.organization_id, work.facts) if work.facts else None
        said = None
        if position is not None and work.said is not None:
            said = Said.of(work.facts, work.said, position)
        return Done(result=outcome, position=position), said


def coarse_refusal(command: Command, actor: Actor, supervision: Supervision) -> Refusal | None:
    """What needs no row: the role, the account, the switch. Acts that owners do too are judged on the row."""
    if (actor.kind is ActorKind.BOT) is not command.of_bots and not command.bots_too:
        return Refusal(Reason.BOT_ACCOUNT)
    if command.role is not None and not actor.is_(command.role):
        return Refusal(Reason.ROLE_NEEDED, {"role": command.role.value})
    if command.act is None:
        return None
    serves = actor.is_(UserRole.AGENT) or actor.is_(UserRole.SUPERVISOR)
    if command.act in OWNERS_TOO and serves and not actor.is_(UserRole.INTEGRATION):
        return None
    return act_account_refusal(command.act, actor, supervision)


async def _claim(work: Work, command: Command, key: str) -> Done | None:
    digest = _digest(command)
    who = (work.organization_id, work.actor.id, key)
    if await work.tx.value("journal.claim_receipt", *who, digest, work.now):
        return None
    receipt = await work.tx.row("journal.receipt", *who)
    repeated = Refusal(Reason.KEY_REUSED) if receipt is None else _repeated(receipt, command)
    if isinstance(repeated, Refusal):
        raise _RefusedError(repeated)
    return repeated


def _repeated(receipt: Any, command: Command) -> Done | Refusal:
    if receipt["command"] != _digest(command):
        return Refusal(Reason.KEY_REUSED)
    return Done(result=receipt["outcome"] or {}, repeated=True)


def _digest(command: Command) -> bytes:
    """What tells a repeated command from another one, the same in every process."""
    told = {one.name: getattr(command, one.name) for one in fields(command) if one.name not in command.secret}
    plain = msgspec.to_builtins(told, str_keys=True, order="deterministic")
    return hashlib.sha256(type(command).__name__.encode() + msgspec.json.encode(plain)).digest()


def _unwrapped(outcome: Outcome) -> Mapping[str, object]:
    if isinstance(outcome, Refusal):
        raise _RefusedError(outcome)
    return outcome
