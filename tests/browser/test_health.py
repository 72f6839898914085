"""The floor says that it has been proved; what is broken by hand in the database is named there until it is mended."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from sample_looks import fits, judge
from sample_office import Office
from sample_server import Served, serving

from valvomo.db.database import Database

# A server of this module's own, whose inspector has no other organizations to see to.
pytestmark = pytest.mark.slow
CUSTOMER = "Ada Lovelace"
PHONE = {"width": 390, "height": 844}
SLOW = 240_000
"""Milliseconds that the inspector may take to come round."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(
    server: Any, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    folder = tmp_path_factory.mktemp("inspected")
    async with serving(server, template, folder, VALVOMO_INSPECTION_SHARE="0.5") as process:
        yield process


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(served: Served) -> AsyncIterator[Database]:
    opened = await Database.open(served.database_url, pool_size=2)
    yield opened
    await opened.close()


async def floor_of(office: Office, **how: Any) -> Page:
    page = await office.page("saara", **how)
    await page.goto("/floor")
    return page


async def damage(office: Office, database: Database, *statements: str) -> None:
    """As somebody does who has the database's password; then something happens in the house."""
    async with database._pool.acquire() as link, link.transaction():
        for one in statements:
            await link.execute(one, office.sample.organization_id)
    await office.matter("Grace Hopper")


async def test_a_finding_is_an_alert_with_its_place_until_it_is_mended(
    office: Office, database: Database
) -> None:
    conversation = await office.served("eino", CUSTOMER)
    page = await floor_of(office)
    light = page.get_by_role("button", name="What has been proved")
    await expect(light).to_contain_text("0 orphans · chain whole · ", timeout=SLOW)
    await light.click()
    proofs = page.get_by_role("dialog", name="What has been proved")
    await expect(proofs.locator("[data-check]")).to_have_count(5)
    await expect(proofs).to_contain_text("The journal is whole")
    await judge(page)
    await page.keyboard.press("Escape")

    units = "UPDATE holdings SET units = units {} 1 WHERE organization_id = $1"
    name = "UPDATE conversations SET priority = {} WHERE organization_id = $1 AND owner_id IS NOT NULL"
    await damage(office, database, units.format("+"), name.format(7))
    await expect(page.get_by_text("2 things are not as they were written").first).to_be_visible(timeout=SLOW)
    await page.get_by_role("button", name="Show", exact=True).first.click()
    await expect(light).to_contain_text("2 things are wrong")
    await expect(proofs.locator("[data-check=load]")).to_contain_text("Eino")
    place = proofs.locator("[data-check=state]").get_by_role("link", name=f"Conversation {CUSTOMER}")
    await expect(place).to_be_visible()
    await judge(page)
    await place.click()
    await expect(page).to_have_url(f"{office.address}/conversations/{conversation}")
    await damage(office, database, units.format("-"), name.format(0))
    await expect(light).to_contain_text("0 orphans · chain whole · ", timeout=SLOW)


@pytest.mark.parametrize(
    ("language", "theme", "words"),
    [
        ("fi", "dark", "Onko näkemäsi se, mitä tapahtui?"),
        ("sv", "light", "Är det du ser det som hände?"),
    ],
)
async def test_on_a_phone_in_other_languages(office: Office, language: str, theme: Any, words: str) -> None:
    page = await office.page("saara", viewport=PHONE, color_scheme=theme)
    await page.add_init_script(f"localStorage.setItem('valvomo.language', '{language}')")
    await page.goto("/floor")
    light = page.locator("[data-health=good]")
    await expect(light).to_be_visible(timeout=SLOW)
    await light.click()
    await expect(page.get_by_role("heading", name=words)).to_be_visible()
    await fits(page)
    await judge(page)


async def test_agents_are_not_bothered(office: Office) -> None:
    page = await office.page("eino")
    await page.goto("/desk")
    await expect(page.locator("[data-live=live]")).to_be_visible()
    await expect(page.locator("[data-health]")).to_have_count(0)


async def test_what_waits_to_be_sent_is_said(office: Office, database: Database) -> None:
    conversation = await office.served("eino", "Alan Turing")
    house = office.sample.organization_id
    async with database._pool.acquire() as link:
        await link.execute(
            "INSERT INTO channel_accounts (organization_id, id, provider, name, workstream_id, settings, secrets,"
            " disabled, created_at)"
            " SELECT organization_id, 'account-1', 'custom', 'Our system', id, '{}', '', true, now()"
            " FROM workstreams WHERE organization_id = $1 ORDER BY id LIMIT 1", house,
        )  # fmt: skip
        await link.execute(
            "INSERT INTO dispatches (organization_id, message_id, account_id, conversation_id, address, text, state,"
            " due, created_at)"
            " SELECT $1, 'd' || n, 'account-1', $2, 'ann', 'words', 'queued', now(), now() - interval '1 hour'"
            " FROM generate_series(1, 3) AS n", house, conversation,
        )  # fmt: skip
    page = await floor_of(office)
    light = page.get_by_role("button", name="What has been proved")
    await expect(light).to_contain_text("3 messages wait to be sent", timeout=SLOW)
    await light.click()
    waiting = page.locator("[data-waiting]")
    await expect(waiting).to_contain_text("3 messages wait to be sent over Our system since")
    await expect(waiting).to_contain_text("the account is disabled")
    await judge(page)
    async with database._pool.acquire() as link:
        await link.execute("DELETE FROM dispatches WHERE organization_id = $1", house)
        await link.execute("DELETE FROM channel_accounts WHERE organization_id = $1", house)
    await expect(waiting).to_have_count(0, timeout=SLOW)
