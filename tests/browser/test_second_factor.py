"""The second factor, by whoever sets it up, signs in with it, is asked for it, and has lost it."""

import pyotp
from playwright.async_api import Page, expect
from sample_office import Office

from valvomo.demo.organization import PASSWORD
from valvomo.domain.access.second_factor import STEP_SECONDS
from valvomo.main.clock import now


async def set_up(page: Page) -> str:
    """With the password, by the key in place of the camera; the secret."""
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Set up").click()
    await expect(page.get_by_role("img", name="QR code for your authenticator app")).to_be_visible()
    secret = await page.get_by_label("Or type this key into the app").input_value()
    await page.get_by_label("One-time code").fill(pyotp.TOTP(secret).now())
    await page.get_by_role("button", name="Confirm").click()
    await expect(page.get_by_label("Recovery codes")).to_be_visible()
    return secret


async def sign_in(page: Page, email: str, code: str) -> None:
    await page.goto("/sign-in")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_label("One-time code").fill(code)
    await page.get_by_role("button", name="Sign in").click()


async def test_set_up_signed_in_with_and_taken_away_when_lost(office: Office) -> None:
    office.watch.expect(401)
    email = f"saara@{office.domain}"
    page = await office.page("saara")
    await page.goto("/floor")
    await page.get_by_role("button", name="Account of Saara").click()
    await page.get_by_role("menuitem", name="Second factor").click()
    secret = await set_up(page)
    recovery = (await page.get_by_label("Recovery codes").input_value()).split()
    assert len(recovery) == 10

    elsewhere = await office.page(None)
    await sign_in(elsewhere, email, recovery[0])
    await expect(elsewhere).to_have_url(f"{office.address}/floor")
    guessing = await office.page(None)
    await sign_in(guessing, email, recovery[0])
    await expect(guessing.get_by_role("alert")).to_contain_text("The code is not right")
    later = now().timestamp() + STEP_SECONDS
    await guessing.get_by_label("One-time code").fill(pyotp.TOTP(secret).at(int(later)))
    await guessing.get_by_role("button", name="Sign in").click()
    await expect(guessing).to_have_url(f"{office.address}/floor")

    admin = await office.page("admin")
    await admin.goto("/admin/users")
    await admin.get_by_role("row").filter(has_text=email).click()
    await admin.get_by_role("switch", name="Take away the second factor").click()
    await admin.get_by_role("button", name="Save").click()
    await expect(page).to_have_url(f"{office.address}/sign-in?next=/account/second-factor")


async def test_asked_for_under_an_open_page_it_comes_first(office: Office) -> None:
    office.watch.expect(403)
    page, admin = await office.page("saara"), await office.page("admin")
    await page.goto("/floor")
    await expect(page.get_by_role("grid", name="Ongoing conversations")).to_be_visible()
    await admin.goto("/admin/sign-in")
    await admin.get_by_role("switch", name="Supervisor").click()
    await expect(admin.get_by_role("switch", name="Supervisor")).to_be_checked()
    await page.get_by_role("link", name="Search").click()
    await page.goto("/floor")
    await expect(page).to_have_url(f"{office.address}/account/second-factor")
    await expect(page.get_by_text("Your organization asks for a second factor")).to_be_visible()
    await set_up(page)
    await page.get_by_role("button", name="I have kept them").click()
    await page.goto("/floor")
    await expect(page.get_by_role("grid", name="Ongoing conversations")).to_be_visible()
