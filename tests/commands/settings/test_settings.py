"""Every change of settings: administrators only, within the organization, audited with before and after."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from valvomo.commands.execute import Done
from valvomo.commands.settings.acknowledge import Acknowledge
from valvomo.commands.settings.bootstrap import FirstAdministrator, Founded, create_administrator
from valvomo.commands.settings.queues import ChangeQueue, CreateQueue, QueueSettings, RemoveQueue
from valvomo.commands.settings.supervision import ChangeSupervision
from valvomo.commands.settings.texts import StoreText
from valvomo.commands.settings.tokens import CreateToken, RevokeToken
from valvomo.commands.settings.users import ChangeUser, CreateUser, Profile
from valvomo.commands.settings.webhooks import ChangeWebhook, CreateWebhook, RemoveWebhook
from valvomo.commands.settings.workstreams import ChangeWorkstream, CreateWorkstream
from valvomo.db import agents, journal
from valvomo.demo.organization import create_sample, ensure_sample
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.supervision import Right
from valvomo.domain.agents.events import SettingChanged
from valvomo.domain.conversations.model import Channel, ConsentPolicy
from valvomo.domain.refusals import Reason, Refusal
from valvomo.queries import account, audit, settings
from valvomo.queries.people import actor_of_token

NOBODY = "01890000-0000-7000-8000-000000000000"


def profile(**more: Any) -> Profile:
    return Profile(
        **{"email": "new@demo.example", "name": "New", "roles": frozenset({UserRole.AGENT}), **more}
    )


async def did(house: Any, command: Any, person: str = "admin") -> dict[str, Any]:
    done = await house.do(person, command)
    assert isinstance(done, Done), done
    return dict(done.result)


async def why(house: Any, command: Any, person: str = "admin") -> Reason:
    refused = await house.do(person, command)
    assert isinstance(refused, Refusal), refused
    return refused.reason


async def last_change(house: Any) -> SettingChanged:
    async with house.database.reading() as tx:
        facts = await journal.after(tx, house.sample.organization_id, 0, 1000)
    assert facts[-1].audited
    assert isinstance(facts[-1].event, SettingChanged)
    return facts[-1].event


def commands(house: Any) -> list[Any]:
    sample = house.sample
    return [
        ChangeSupervision(switches={Right.MONITOR: False}),
        CreateQueue(settings=QueueSettings(name="New")),
        ChangeQueue(queue_id=sample.queues["Sales"], name="Sold"),
        RemoveQueue(queue_id=sample.queues["Night desk"]),
        CreateUser(profile=profile()),
        ChangeUser(user_id=sample.people["aino"], name="Aina"),
        CreateWorkstream(name="New", channel=Channel.LIVE_CHAT, queue_id=sample.queues["Sales"]),
        ChangeWorkstream(workstream_id=sample.workstreams["Web chat"], units=2),
        StoreText(subject="organization", kind="agent_monitoring", language="en", text="Be told."),
        CreateToken(user_id=sample.people["aino"], name="New"),
        RevokeToken(token_id=NOBODY),
        CreateWebhook(url="https://a.example/"),
        ChangeWebhook(webhook_id=NOBODY, disabled=True),
        RemoveWebhook(webhook_id=NOBODY),
    ]


@pytest.mark.parametrize("person", ["saara", "aino"])
async def test_only_administrators_change_settings(house: Any, person: str) -> None:
    for command in commands(house):
        assert await why(house, command, person) is Reason.ROLE_NEEDED


async def test_another_organizations_things_are_not_there(house: Any) -> None:
    other = await create_sample(house.executor, "-", name="Other", domain="other.example")
    admin = await other.actor(house.database, "admin")
    ours = house.sample
    tries = [
        ChangeQueue(queue_id=ours.queues["Sales"], name="Sold"),
        RemoveQueue(queue_id=ours.queues["Night desk"]),
        ChangeUser(user_id=ours.people["aino"], name="Aina"),
        ChangeWorkstream(workstream_id=ours.workstreams["Web chat"], units=2),
        ChangeUser(user_id=other.people["aino"], queues=frozenset({ours.queues["Sales"]})),
        ChangeQueue(queue_id=other.queues["Sales"], members=frozenset({ours.people["aino"]})),
        CreateWorkstream(name="New", channel=Channel.LIVE_CHAT, queue_id=ours.queues["Sales"]),
        CreateToken(user_id=ours.people["aino"], name="New"),
        StoreText(subject=ours.workstreams["Web chat"], kind="notice", language="en", text="Hm"),
        ChangeSupervision(denied_to={ours.people["saara"]: frozenset(Right)}),
        ChangeSupervision(denied_in={ours.queues["Sales"]: frozenset(Right)}),
    ]
    for command in tries:
        refused = await house.executor.execute(admin, command)
        assert isinstance(refused, Refusal), command
        assert refused.reason in (Reason.NOT_FOUND, Reason.UNKNOWN_TARGET), command
    async with house.database.reading() as tx:
        for ask in (
            partial(settings.users, wanted=settings.Wanted()),
            partial(settings.queues, at=house.clock()),
            settings.workstreams,
            settings.tokens,
            settings.webhooks,
        ):
            page = await ask(tx, admin, cursor=None, limit=200)
            assert not isinstance(page, Refusal)
            ids = {one.id for one in page.items}
            assert not ids & {*ours.people.values(), *ours.queues.values(), *ours.workstreams.values()}


async def test_a_change_is_a_fact_with_before_and_after(house: Any) -> None:
    await did(house, ChangeQueue(queue_id=house.sample.queues["Sales"], name="Sold", priority=1))
    change = await last_change(house)
    assert (change.subject, change.before, change.after) == ("queue", {"name": "Sales"}, {"name": "Sold"})
    done = await house.do("admin", ChangeQueue(queue_id=house.sample.queues["Sales"], name="Sold"))
    assert done.position is None


async def test_names_are_taken_once(house: Any) -> None:
    sample = house.sample
    assert await why(house, CreateQueue(settings=QueueSettings(name="SALES"))) is Reason.NAME_TAKEN
    assert await why(house, ChangeQueue(queue_id=sample.queues["Sales"], name="Billing")) is Reason.NAME_TAKEN
    assert await why(house, CreateUser(profile=profile(email="AINO@demo.example"))) is Reason.NAME_TAKEN
    chat = CreateWorkstream(name="web CHAT", channel=Channel.LIVE_CHAT, queue_id=sample.queues["Sales"])
    assert await why(house, chat) is Reason.NAME_TAKEN


async def test_queues_in_use_stay(house: Any) -> None:
    assert await why(house, RemoveQueue(queue_id=house.sample.queues["Support"])) is Reason.IN_USE
    await did(house, RemoveQueue(queue_id=house.sample.queues["Night desk"]))
    assert (await last_change(house)).after is None


async def test_members_and_scope_are_effective_at_once(house: Any) -> None:
    sample = house.sample
    await did(
        house, ChangeQueue(queue_id=sample.queues["Night desk"], members=frozenset({sample.people["aino"]}))
    )
    assert sample.queues["Night desk"] in (await house.actor("aino")).queues
    await did(
        house, ChangeUser(user_id=sample.people["veikko"], supervised=frozenset({sample.queues["Sales"]}))
    )
    assert (await house.actor("veikko")).supervised == {sample.queues["Sales"]}


async def test_a_new_agent_has_capacity_and_can_be_found(house: Any) -> None:
    limits = {"voice": 1}
    made = await did(house, CreateUser(profile=profile(capacity=7, limits=limits)))
    async with house.database.reading() as tx:
        agent = (await agents.everybody(tx, house.sample.organization_id, house.clock()))[made["id"]]
    assert (agent.capacity, agent.limits, agent.serves) == (7, limits, True)
    await did(house, ChangeUser(user_id=made["id"], capacity=1))
    await did(house, ChangeUser(user_id=made["id"], roles=frozenset({UserRole.AUDITOR})))
    async with house.database.reading() as tx:
        agent = (await agents.everybody(tx, house.sample.organization_id, house.clock()))[made["id"]]
    assert (agent.capacity, agent.serves, agent.queues) == (1, False, frozenset())


async def test_somebody_can_always_administer(house: Any) -> None:
    admin = house.sample.people["admin"]
    assert await why(house, ChangeUser(user_id=admin, disabled=True)) is Reason.LAST_ADMINISTRATOR
    demoted = ChangeUser(user_id=admin, roles=frozenset({UserRole.AGENT}))
    assert await why(house, demoted) is Reason.LAST_ADMINISTRATOR
    await did(
        house,
        ChangeUser(user_id=house.sample.people["saara"], roles=frozenset(UserRole) - {UserRole.INTEGRATION}),
    )
    await did(house, demoted)
    assert await why(house, CreateQueue(settings=QueueSettings(name="New"))) is Reason.ROLE_NEEDED


async def test_integration_accounts_have_no_password(house: Any) -> None:
    account = profile(roles=frozenset({UserRole.INTEGRATION}))
    assert await why(house, CreateUser(profile=account, password_hash="-")) is Reason.MALFORMED
    await did(house, CreateUser(profile=account))


async def test_no_account_without_a_role(house: Any) -> None:
    assert await why(house, CreateUser(profile=profile(roles=frozenset()))) is Reason.MALFORMED


async def test_switches_and_narrowing(house: Any) -> None:
    veikko, sales = house.sample.people["veikko"], house.sample.queues["Sales"]
    shown = await did(
        house,
        ChangeSupervision(
            switches={Right.FORCE_CLOSE: False},
            denied_to={veikko: frozenset({Right.ASSIGN})},
            denied_in={sales: frozenset()},
            show_agents_monitored=True,
        ),
    )
    assert (shown["force_close"], shown["supervisor_monitor"]) == (False, True)
    assert (shown["denied_to"], shown["denied_in"]) == ({veikko: ["supervisor_assign"]}, {})
    change = await last_change(house)
    assert (change.subject, change.name) == ("supervision", "supervision")
    assert change.before is not None
    assert set(change.before) == {"force_close", "denied_to", "show_agents_monitored"}
    async with house.database.reading() as tx:
        me = await account.me(tx, await house.actor("veikko"))
    assert not isinstance(me, Refusal)
    assert me.rights == [Right.MONITOR, Right.TRANSFER]


async def test_a_workstream_brings_its_key_and_its_words(house: Any) -> None:
    billing = house.sample.queues["Billing"]
    made = await did(
        house,
        CreateWorkstream(
            name="Asked", channel=Channel.LIVE_CHAT, queue_id=billing, consent=ConsentPolicy.CONSENT,
            texts={"fi": "Saako?", "de": "Darf man?"},
        ),
    )  # fmt: skip
    async with house.database.reading() as tx:
        found = await settings.texts(
            tx, await house.actor("admin"), subject=made["id"], kind="consent", every_version=False
        )
        workstream = await settings.workstream(tx, await house.actor("aino"), made["id"])
    assert not isinstance(found, Refusal)
    assert not isinstance(workstream, Refusal)
    assert {one.language: one.version for one in found.items} == {"de": 1, "en": 1, "fi": 1, "sv": 1}
    assert "Saako?" in {one.text for one in found.items}
    assert (workstream.key, workstream.timers.auto_close_open) == (made["key"], 1200)


async def test_a_workstream_fits_its_queue_and_its_channel(house: Any) -> None:
    queues = house.sample.queues
    chat = CreateWorkstream(name="New", channel=Channel.LIVE_CHAT, queue_id=queues["Phone"])
    assert await why(house, chat) is Reason.OTHER_KIND
    assert await why(house, replace(chat, queue_id=NOBODY)) is Reason.UNKNOWN_TARGET
    call = CreateWorkstream(name="New", channel=Channel.VOICE, queue_id=queues["Support"])
    assert await why(house, call) is Reason.OTHER_KIND
    record = CreateWorkstream(
        name="New", channel=Channel.RECORD, queue_id=queues["Cases"], consent=ConsentPolicy.CONSENT
    )
    assert await why(house, record) is Reason.NO_CUSTOMER


async def test_texts_gain_versions_only_when_they_change(house: Any) -> None:
    text = StoreText(subject="organization", kind="agent_monitoring", language="fi", text="Uusi teksti.")
    assert await did(house, text) == {"version": 2}
    assert await did(house, text) == {"version": 2}
    assert (await last_change(house)).after == {"version": 2, "text": "Uusi teksti."}
    wrong = StoreText(subject="organization", kind="notice", language="fi", text="x")
    assert await why(house, wrong) is Reason.MALFORMED


async def outstanding(house: Any, person: str) -> list[Any]:
    async with house.database.reading() as tx:
        return await account.to_acknowledge(tx, await house.actor(person))


async def test_each_acknowledges_once_what_their_role_must_know(house: Any) -> None:
    (asked,) = await outstanding(house, "aino")
    assert (asked.kind, asked.language, asked.version) == ("agent_monitoring", "fi", 1)
    assert [one.kind for one in await outstanding(house, "saara")] == ["supervisor_purpose"]
    assert await outstanding(house, "admin") == []
    acknowledged = Acknowledge(kind=asked.kind, version=asked.version, language=asked.language)
    await did(house, acknowledged, "aino")
    assert await outstanding(house, "aino") == []
    assert (await house.do("aino", acknowledged)).position is None
    await did(house, StoreText(subject="organization", kind=asked.kind, language="en", text="Other words."))
    assert await outstanding(house, "aino") == []
    await did(house, StoreText(subject="organization", kind=asked.kind, language="fi", text="Toiset sanat."))
    assert await why(house, acknowledged, "aino") is Reason.CHANGED_MEANWHILE
    assert [one.version for one in await outstanding(house, "aino")] == [2]


async def test_nobody_acknowledges_what_is_not_theirs(house: Any) -> None:
    purpose = Acknowledge(kind="supervisor_purpose", version=1, language="en")
    assert await why(house, purpose, "aino") is Reason.UNKNOWN_TARGET


async def token_opens(house: Any, secret: str) -> Actor | Refusal:
    async with house.database.reading() as tx:
        return await actor_of_token(tx, secret, house.clock())


async def test_a_token_acts_as_its_user_until_it_expires_or_is_revoked(house: Any) -> None:
    aino = house.sample.people["aino"]
    ends = house.clock.now.replace(hour=10)
    lasting = await did(house, CreateToken(user_id=aino, name="lasting"))
    ending = await did(house, CreateToken(user_id=aino, name="ending", expires_at=ends))
    assert await token_opens(house, lasting["secret"]) == await house.actor("aino")
    house.clock.now = ends
    assert await token_opens(house, ending["secret"]) == Refusal(Reason.EXPIRED)
    await did(house, RevokeToken(token_id=lasting["id"]))
    assert await token_opens(house, lasting["secret"]) == Refusal(Reason.NOT_SIGNED_IN)
    assert await token_opens(house, "vt_x") == Refusal(Reason.NOT_SIGNED_IN)
    past = CreateToken(user_id=aino, name="past", expires_at=ends)
    assert await why(house, past) is Reason.MALFORMED


async def test_secrets_are_shown_once_and_kept_nowhere(house: Any) -> None:
    command = CreateToken(user_id=house.sample.people["aino"], name="new")
    first = await house.do("admin", command, "key-1")
    again = await house.do("admin", command, "key-1")
    assert again.repeated
    assert again.result == {"id": first.result["id"]}
    user = CreateUser(profile=profile(), password_hash="kept-hash")
    await house.do("admin", user, "key-2")
    async with house.database.reading() as tx:
        receipts = [
            await tx.row("journal.receipt", house.sample.organization_id, house.sample.people["admin"], key)
            for key in ("key-1", "key-2")
        ]
        facts = await journal.after(tx, house.sample.organization_id, 0, 1000)
    told = repr([dict(receipt) for receipt in receipts]) + repr(facts)
    assert str(first.result["secret"]) not in told
    assert "kept-hash" not in told


async def test_the_audit_log_is_for_auditors_and_says_it_in_sentences(house: Any) -> None:
    await did(house, CreateUser(profile=profile(roles=frozenset({UserRole.AUDITOR}))))
    await did(house, ChangeQueue(queue_id=house.sample.queues["Sales"], name="Sold"))
    wanted = audit.AuditFilter(kind="setting_changed")
    async with house.database.reading() as tx:
        page = await audit.audit(tx, await house.actor("admin"), wanted, cursor=None, limit=2)
        refused = await audit.audit(tx, await house.actor("eino"), wanted, cursor=None, limit=2)
        others = await audit.audit(tx, await house.actor("saara"), wanted, cursor=None, limit=2)
        assert not isinstance(page, Refusal)
        older = await audit.audit(tx, await house.actor("admin"), wanted, cursor=page.next, limit=2)
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.ROLE_NEEDED
    assert not isinstance(others, Refusal)
    assert others.items == []
    assert [one.text for one in page.items] == ["Changed: queue, Sold.", "Created: account, New."]
    assert page.items[0].facts["before"] == {"name": "Sales"}
    assert not isinstance(older, Refusal)
    assert older.items[0].position < page.items[1].position


async def test_the_command_line_finds_or_founds_the_organization(house: Any) -> None:
    first = FirstAdministrator(organization="New house", email="a@b.example", name="A", password_hash="-")
    founded = await create_administrator(house.executor, first)
    assert isinstance(founded, Founded)
    assert founded.new_organization
    taken = await create_administrator(house.executor, first)
    assert taken == Refusal(Reason.NAME_TAKEN)
    second = FirstAdministrator(organization="NEW HOUSE", email="b@b.example", name="B", password_hash="-")
    joined = await create_administrator(house.executor, second)
    assert isinstance(joined, Founded)
    assert (joined.organization_id, joined.new_organization) == (founded.organization_id, False)


async def test_the_sample_is_created_once(house: Any) -> None:
    assert await ensure_sample(house.executor, passwords=None) is False  # type: ignore[arg-type]
