"""Signing in by a provider, by who sets it up, who goes there and comes back, and who may not come in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from playwright.async_api import Page, expect
from sample_identities import CLIENT, SECRET, Identities, identities, person
from sample_looks import fits, judge
from sample_office import Office

from valvomo.demo.organization import PASSWORD
from valvomo.domain.access.second_factor import STEP_SECONDS
from valvomo.main.clock import now

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "locale": "fi-FI"}


@pytest.fixture
def provider(office: Office) -> Iterator[Identities]:
    with identities() as stand_in:
        stand_in.who = person("saara", office.domain)
        office.watch.elsewhere = (stand_in.url,)
        yield stand_in


async def set_up(office: Office, provider: Identities, **more: object) -> str:
    """The house believes it; its sign-in page."""
    body = {
        "issuer": provider.url,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "label": "Example ID",
        **more,
    }
    await (await office.caller("admin")).do("PUT", "/settings/sign-in/provider", body)
    return f"/sign-in?organization={office.sample.organization_id}"


async def filled(page: Page, issuer: str) -> None:
    await page.get_by_label("Issuer").fill(issuer)
    await page.get_by_role("button", name="Try").click()


async def test_set_up_tried_and_walked_there_and_back(office: Office, provider: Identities) -> None:
    admin = await office.page("admin")
    await admin.goto("/admin/sign-in")
    await expect(admin.get_by_label("Redirect address")).to_have_value(
        f"{office.address}/api/v1/session/oidc/callback"
    )
    await filled(admin, f"{provider.url}/")
    await expect(admin.get_by_role("alert")).to_contain_text(f"Enter the issuer exactly so: {provider.url}")
    await filled(admin, provider.url)
    await expect(admin.get_by_text("The provider can be used.")).to_be_visible()
    await admin.get_by_label("Client ID").fill(CLIENT)
    await admin.get_by_label("Client secret").fill(SECRET)
    await admin.get_by_label("Name of the button").fill("Example ID")
    await admin.get_by_role("button", name="Save").click()
    await expect(admin.get_by_label("Client secret")).to_have_value("")
    address = await admin.get_by_label("Sign-in page of this organization").input_value()
    await judge(admin)

    await office.acknowledge("saara")
    page = await office.page(None)
    await page.goto(f"{address}&next=/closed")
    await judge(page)
    await page.get_by_role("link", name="Sign in with Example ID").click()
    await expect(page).to_have_url(f"{office.address}/closed")
    await page.goto("/account/second-factor")
    await expect(page.get_by_text(f"with {provider.url}")).to_be_visible()
    await expect(page.get_by_label("Password")).to_have_count(0)
    await judge(page)

    await admin.goto("/admin/users")
    await admin.get_by_role("row").filter(has_text=f"saara@{office.domain}").click()
    await admin.get_by_role("switch", name="Unlink from the identity provider").click()
    await admin.get_by_role("button", name="Save").click()
    await expect(page).to_have_url(f"{office.address}/sign-in?next=/account/second-factor")


async def test_the_house_asks_for_its_code_after_the_provider(office: Office, provider: Identities) -> None:
    address = await set_up(office, provider)
    saara = await office.caller("saara")
    await office.acknowledge("saara")
    secret = (await saara.do("POST", "/me/second-factor", {"password": PASSWORD}))["secret"]
    await saara.do("POST", "/me/second-factor/confirm", {"code": pyotp.TOTP(secret).now()})
    page = await office.page(None)
    await page.goto(address)
    await page.get_by_role("link", name="Sign in with Example ID").click()
    await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    await judge(page)
    code = page.get_by_label("One-time code")
    await code.fill("000000")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("The code is not right")
    await code.fill(pyotp.TOTP(secret).at(int(now().timestamp()) + STEP_SECONDS))
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(f"{office.address}/floor")


async def test_on_a_phone_in_the_dark_and_in_finnish_it_says_why_not(
    office: Office, provider: Identities
) -> None:
    office.watch.expect(403)
    address = await set_up(office, provider, required=True)
    page = await office.page(None, **PHONE)
    await page.goto(address)
    await page.get_by_label("Sähköposti").fill(f"saara@{office.domain}")
    await page.get_by_label("Salasana").fill(PASSWORD)
    await page.get_by_role("button", name="Kirjaudu").click()
    await expect(page.get_by_role("alert")).to_contain_text("vain palvelulla Example ID")
    provider.who = person("saara", office.domain, email_verified=False)
    await page.get_by_role("link", name="Kirjaudu: Example ID").click()
    await expect(page.get_by_role("alert")).to_contain_text("sähköpostiosoitteesi on vahvistettu")
    await judge(page)
    await fits(page)
    await (await office.caller("admin")).do("PATCH", "/me", {"language": "fi"})
    admin = await office.page("admin", **PHONE)
    await admin.goto("/admin/sign-in")
    await expect(admin.get_by_label("Painikkeen nimi")).to_have_value("Example ID")
    await judge(admin)
    await fits(admin)
