"""Signing in: sessions, failures, lock-out, passwords; each of them a fact that is audited."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest
from argon2 import PasswordHasher

from valvomo.commands.execute import Done
from valvomo.commands.settings.account import ChangeLanguage
from valvomo.commands.settings.attempts import SignOut
from valvomo.commands.settings.passwords import Passwords
from valvomo.commands.settings.sign_in import Gate, Session, Strangers
from valvomo.commands.settings.users import ChangeUser
from valvomo.db import journal
from valvomo.demo.organization import PASSWORD
from valvomo.domain.access.signing_in import FAILURES, LOCK_OUT
from valvomo.domain.agents.events import SignedIn
from valvomo.domain.refusals import Reason, Refusal
from valvomo.queries.people import actor_of_session

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SAARA = "saara@demo.example"


@pytest.fixture
def gate(house: Any) -> Gate:
    return Gate(house.executor, Passwords(QUICK))


async def whose(house: Any, session: Session) -> Any:
    async with house.database.reading() as tx:
        return await actor_of_session(tx, session.token, house.clock())


async def outcomes(house: Any, person: str) -> list[str]:
    async with house.database.reading() as tx:
        facts = await journal.after(tx, house.sample.organization_id, 0, 1000)
    assert all(one.audited for one in facts if isinstance(one.event, SignedIn))
    signed = [one.event for one in facts if isinstance(one.event, SignedIn)]
    return [one.outcome for one in signed if one.user_id == house.sample.people[person]]


async def opened(gate: Gate, email: str = SAARA, password: str = PASSWORD) -> Session:
    session = await gate.sign_in(email, password)
    assert isinstance(session, Session)
    return session


async def test_a_session_opens_the_account(house: Any, gate: Gate) -> None:
    session = await opened(gate, "Saara@Demo.Example")
    actor = await whose(house, session)
    assert actor == await house.actor("saara")
    assert await outcomes(house, "saara") == ["signed_in"]


async def test_a_session_ends_by_time(house: Any, gate: Gate) -> None:
    session = await opened(gate)
    house.clock.now = session.expires_at
    assert await whose(house, session) == Refusal(Reason.EXPIRED)


@pytest.mark.parametrize(
    ("email", "password"),
    [(SAARA, "wrong"), (SAARA, ""), (SAARA, "x" * 5000), ("nobody@demo.example", PASSWORD), ("", "")],
)
async def test_whatever_is_wrong_the_answer_is_the_same(gate: Gate, email: str, password: str) -> None:
    assert await gate.sign_in(email, password) == Refusal(Reason.WRONG_CREDENTIALS)


@pytest.mark.parametrize("email", [SAARA, "nobody@demo.example"])
async def test_failures_block_accounts_and_strangers_alike(house: Any, gate: Gate, email: str) -> None:
    for _ in range(FAILURES):
        assert await gate.sign_in(email, "wrong") == Refusal(Reason.WRONG_CREDENTIALS)
    blocked = await gate.sign_in(email, PASSWORD)
    assert isinstance(blocked, Refusal)
    assert (blocked.reason, blocked.facts) == (Reason.LOCKED_OUT, {"retry_after": LOCK_OUT.total_seconds()})
    house.clock.advance(LOCK_OUT.total_seconds())
    assert isinstance(await gate.sign_in(email, PASSWORD), Session) == (email == SAARA)


async def test_the_block_is_a_fact_and_many_guesses_at_once_do_not_slip_past_it(
    house: Any, gate: Gate
) -> None:
    await asyncio.gather(*(gate.sign_in(SAARA, f"guess {number}") for number in range(FAILURES + 3)))
    assert await outcomes(house, "saara") == ["failed"] * (FAILURES - 1) + ["locked_out"]


async def test_a_success_forgets_failures(house: Any, gate: Gate) -> None:
    for _ in range(FAILURES - 1):
        await gate.sign_in(SAARA, "wrong")
    await opened(gate)
    await gate.sign_in(SAARA, "wrong")
    await opened(gate)


async def test_signing_out_ends_one_session_or_all(house: Any, gate: Gate) -> None:
    first, second, third = [await opened(gate) for _ in range(3)]
    await house.do("saara", SignOut(token=first.token))
    assert await whose(house, first) == Refusal(Reason.NOT_SIGNED_IN)
    assert await whose(house, second) == await house.actor("saara")
    await house.do("saara", SignOut(token=second.token, everywhere=True))
    assert await whose(house, third) == Refusal(Reason.NOT_SIGNED_IN)
    done = await house.do("saara", SignOut(token=third.token))
    assert isinstance(done, Done)
    assert done.position is None


async def test_nobody_ends_somebody_elses_session(house: Any, gate: Gate) -> None:
    session = await opened(gate)
    await house.do("veikko", SignOut(token=session.token))
    assert await whose(house, session) == await house.actor("saara")


async def test_a_new_password_ends_the_other_sessions(house: Any, gate: Gate) -> None:
    kept, other = await opened(gate), await opened(gate)
    saara = await house.actor("saara")
    done = await gate.change_password(saara, PASSWORD, "another-secret", keep=kept.token)
    assert isinstance(done, Done)
    assert await whose(house, kept) == saara
    assert await whose(house, other) == Refusal(Reason.NOT_SIGNED_IN)
    assert await gate.sign_in(SAARA, PASSWORD) == Refusal(Reason.WRONG_CREDENTIALS)
    await opened(gate, password="another-secret")


@pytest.mark.parametrize("new", ["short", "x" * 201, SAARA])
async def test_some_passwords_are_refused(house: Any, gate: Gate, new: str) -> None:
    refused = await gate.change_password(await house.actor("saara"), PASSWORD, new, keep=None)
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.MALFORMED
    await opened(gate)


async def test_a_wrong_old_password_counts_as_a_failure(house: Any, gate: Gate) -> None:
    saara = await house.actor("saara")
    for _ in range(FAILURES):
        refused = await gate.change_password(saara, "wrong", "another-secret", keep=None)
        assert refused == Refusal(Reason.WRONG_CREDENTIALS)
    locked = await gate.sign_in(SAARA, PASSWORD)
    assert isinstance(locked, Refusal)
    assert locked.reason is Reason.LOCKED_OUT


async def test_newer_parameters_rehash_at_the_next_sign_in(house: Any, gate: Gate) -> None:
    newer = Gate(house.executor, Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)))
    await opened(newer)
    async with house.database.reading() as tx:
        row = await tx.row("people.account", SAARA)
    assert "t=2" in row["password_hash"]
    await opened(newer)


async def test_a_disabled_account_is_out_at_once(house: Any, gate: Gate) -> None:
    session = await opened(gate)
    await house.do("admin", ChangeUser(user_id=house.sample.people["saara"], disabled=True))
    assert await whose(house, session) == Refusal(Reason.NOT_SIGNED_IN)
    assert await gate.sign_in(SAARA, PASSWORD) == Refusal(Reason.WRONG_CREDENTIALS)


async def test_everybody_chooses_their_language(house: Any) -> None:
    await house.do("aino", ChangeLanguage(language="sv"))
    assert (await house.actor("aino")).language == "sv"


async def test_tokens_and_passwords_are_in_no_table(house: Any, gate: Gate) -> None:
    session = await opened(gate)
    await gate.change_password(await house.actor("saara"), PASSWORD, "another-secret", keep=session.token)
    async with house.database.reading() as tx:
        facts = await journal.after(tx, house.sample.organization_id, 0, 1000)
    assert not any(secret in repr(facts) for secret in (session.token, "another-secret", "argon2"))


def test_strangers_are_forgotten_oldest_first() -> None:
    strangers = Strangers(most=2)
    now = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
    for _ in range(FAILURES):
        strangers.count("a", now)
    strangers.count("b", now)
    assert strangers.locked_until("A") == now + LOCK_OUT
    strangers.count("c", now)
    assert strangers.locked_until("a") is None
