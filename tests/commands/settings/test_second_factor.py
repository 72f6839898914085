"""The second factor: codes of an app once each, recovery codes, who has to have one, and whoever has lost theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher

from valvomo.commands.execute import Done
from valvomo.commands.settings.passwords import Passwords
from valvomo.commands.settings.second_factor import ChangeSignIn, ConfirmSecondFactor, ResetSecondFactor
from valvomo.commands.settings.sign_in import Gate, Session
from valvomo.db import journal
from valvomo.demo.organization import PASSWORD
from valvomo.domain.access.actor import UserRole
from valvomo.domain.access.second_factor import RECOVERY_CODES, STEP_SECONDS
from valvomo.domain.access.signing_in import FAILURES
from valvomo.domain.agents.events import SettingChanged
from valvomo.domain.refusals import Reason, Refusal
from valvomo.queries.people import actor_of_session

SAARA = "saara@demo.example"


@pytest.fixture
def gate(house: Any) -> Gate:
    return Gate(house.executor, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))


class Phone:
    """An authenticator app of Saara's, in which her account is."""

    def __init__(self, house: Any, secret: str) -> None:
        self.house = house
        self.secret = secret
        self.recovery: list[str] = []

    def shows(self, later: int = 0) -> str:
        """Its code now, or so many steps later."""
        return pyotp.TOTP(self.secret).at(self.house.clock() + timedelta(seconds=later * STEP_SECONDS))


async def begun(house: Any, gate: Gate) -> Phone:
    begun = await gate.begin_second_factor(await house.actor("saara"), PASSWORD)
    assert isinstance(begun, Done)
    assert pyotp.parse_uri(str(begun.result["uri"])).secret == begun.result["secret"]
    return Phone(house, str(begun.result["secret"]))


async def enrolled(house: Any, gate: Gate) -> Phone:
    phone = await begun(house, gate)
    done = await house.do("saara", ConfirmSecondFactor(code=phone.shows()))
    phone.recovery = list(done.result["recovery"])
    house.clock.advance(STEP_SECONDS)
    return phone


def reason(outcome: object) -> Reason | None:
    return outcome.reason if isinstance(outcome, Refusal) else None


async def test_a_code_is_asked_for_once_the_app_has_shown_one(house: Any, gate: Gate) -> None:
    phone = await begun(house, gate)
    assert isinstance(await gate.sign_in(SAARA, PASSWORD), Session), (
        "what was never confirmed locks nobody out"
    )
    await house.do("saara", ConfirmSecondFactor(code=phone.shows()))
    house.clock.advance(STEP_SECONDS)
    assert reason(await gate.sign_in(SAARA, PASSWORD)) is Reason.CODE_NEEDED
    assert reason(await gate.sign_in(SAARA, "wrong", phone.shows())) is Reason.WRONG_CREDENTIALS
    assert isinstance(await gate.sign_in(SAARA, PASSWORD, phone.shows()), Session)


@pytest.mark.parametrize(
    ("later", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)], ids=str
)
async def test_a_clock_may_be_off_by_a_step(house: Any, gate: Gate, later: int, *, opens: bool) -> None:
    phone = await enrolled(house, gate)
    house.clock.advance(5 * STEP_SECONDS)
    assert isinstance(await gate.sign_in(SAARA, PASSWORD, phone.shows(later)), Session) is opens


async def test_no_code_opens_twice_nor_an_older_one(house: Any, gate: Gate) -> None:
    phone = await enrolled(house, gate)
    house.clock.advance(STEP_SECONDS)
    code, older = phone.shows(), phone.shows(-1)
    spaced = f"{code[:3]} {code[3:]}"
    assert isinstance(await gate.sign_in(SAARA, PASSWORD, spaced), Session)
    for again in (code, older):
        assert reason(await gate.sign_in(SAARA, PASSWORD, again)) is Reason.WRONG_CODE
    assert isinstance(await gate.sign_in(SAARA, PASSWORD, phone.shows(1)), Session)


async def test_each_recovery_code_opens_once(house: Any, gate: Gate) -> None:
    phone = await enrolled(house, gate)
    assert len(set(phone.recovery)) == RECOVERY_CODES
    first = phone.recovery[0]
    assert isinstance(await gate.sign_in(SAARA, PASSWORD, first.upper().replace("-", " ")), Session)
    assert reason(await gate.sign_in(SAARA, PASSWORD, first)) is Reason.WRONG_CODE
    assert isinstance(await gate.sign_in(SAARA, PASSWORD, phone.recovery[1]), Session)


async def test_wrong_codes_block_the_account(house: Any, gate: Gate) -> None:
    phone = await enrolled(house, gate)
    for _ in range(FAILURES):
        assert reason(await gate.sign_in(SAARA, PASSWORD, "000000")) is Reason.WRONG_CODE
    assert reason(await gate.sign_in(SAARA, PASSWORD, phone.shows())) is Reason.LOCKED_OUT


async def test_beginning_and_ending_need_the_password(house: Any, gate: Gate) -> None:
    saara = await house.actor("saara")
    assert reason(await gate.begin_second_factor(saara, "wrong")) is Reason.WRONG_CREDENTIALS
    phone = await enrolled(house, gate)
    assert reason(await gate.begin_second_factor(saara, PASSWORD)) is Reason.SECOND_FACTOR_ON
    assert reason(await gate.end_second_factor(saara, ("wrong", phone.shows()))) is Reason.WRONG_CREDENTIALS
    assert reason(await gate.end_second_factor(saara, (PASSWORD, "000000"))) is Reason.WRONG_CODE
    assert isinstance(await gate.end_second_factor(saara, (PASSWORD, phone.shows())), Done)
    assert isinstance(await gate.sign_in(SAARA, PASSWORD), Session)
    assert reason(await gate.end_second_factor(saara, (PASSWORD, phone.shows()))) is Reason.NO_SECOND_FACTOR


async def test_confirming_ends_the_other_sessions(house: Any, gate: Gate) -> None:
    here, there = await gate.sign_in(SAARA, PASSWORD), await gate.sign_in(SAARA, PASSWORD)
    assert isinstance(here, Session)
    assert isinstance(there, Session)
    phone = await begun(house, gate)
    saara = await house.actor("saara")
    assert (
        reason(await house.executor.execute(saara, ConfirmSecondFactor(code="000000"))) is Reason.WRONG_CODE
    )
    await house.do("saara", ConfirmSecondFactor(code=phone.shows(), keep=here.token))
    async with house.database.reading() as tx:
        assert await actor_of_session(tx, here.token, house.clock()) == saara
        assert reason(await actor_of_session(tx, there.token, house.clock())) is Reason.NOT_SIGNED_IN


async def test_an_administrator_takes_away_what_was_lost(house: Any, gate: Gate) -> None:
    phone = await enrolled(house, gate)
    session = await gate.sign_in(SAARA, PASSWORD, phone.shows())
    assert isinstance(session, Session)
    await house.do("admin", ResetSecondFactor(user_id=house.sample.people["saara"]))
    async with house.database.reading() as tx:
        assert reason(await actor_of_session(tx, session.token, house.clock())) is Reason.NOT_SIGNED_IN
        facts = await journal.after(tx, house.sample.organization_id, 0, 1000)
    assert isinstance(await gate.sign_in(SAARA, PASSWORD), Session)
    changes = [
        one.event for one in facts if isinstance(one.event, SettingChanged) and one.event.subject == "user"
    ]
    assert [one.after for one in changes][-2:] == [{"second_factor": True}, {"second_factor": False}]
    aino = await house.actor("aino")
    refused = await house.executor.execute(aino, ResetSecondFactor(user_id=house.sample.people["saara"]))
    assert reason(refused) is Reason.ROLE_NEEDED


async def test_who_has_to_have_one_can_do_nothing_without(house: Any, gate: Gate) -> None:
    session = await gate.sign_in(SAARA, PASSWORD)
    assert isinstance(session, Session)
    await house.do("admin", ChangeSignIn(second_factor_of=frozenset({UserRole.SUPERVISOR})))
    async with house.database.reading() as tx:
        assert reason(await actor_of_session(tx, session.token, house.clock())) is Reason.SECOND_FACTOR_NEEDED
        saara = await actor_of_session(tx, session.token, house.clock(), enrolling=True)
    assert saara == await house.actor("saara")
    phone = await begun(house, gate)
    await house.do("saara", ConfirmSecondFactor(code=phone.shows(), keep=session.token))
    async with house.database.reading() as tx:
        assert await actor_of_session(tx, session.token, house.clock()) == saara


async def test_secrets_and_codes_are_in_no_table_nor_fact(house: Any, gate: Gate) -> None:
    phone = await enrolled(house, gate)
    async with house.database.reading() as tx:
        facts = await journal.after(tx, house.sample.organization_id, 0, 1000)
    async with house.database.transaction() as tx:
        kept = await tx.row("second_factors.lock", house.sample.organization_id, house.sample.people["saara"])
    said = repr(facts) + repr(kept)
    assert not any(one in said for one in (phone.secret, *phone.recovery))


async def test_with_another_key_of_the_house_recovery_codes_open_still(house: Any, gate: Gate) -> None:
    phone = await enrolled(house, gate)
    async with house.database.transaction() as tx:
        await tx._connection.execute("UPDATE second_factors SET secret = secret || 'x'")
    assert reason(await gate.sign_in(SAARA, PASSWORD, phone.shows())) is Reason.WRONG_CODE
    assert isinstance(await gate.sign_in(SAARA, PASSWORD, phone.recovery[0]), Session)
