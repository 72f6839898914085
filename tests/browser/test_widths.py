"""On the screens that people have: the light is never cut off, and lists need no scrolling sideways."""

from playwright.async_api import Locator, expect
from sample_looks import fits
from sample_office import Office

LAPTOP = {"width": 1366, "height": 768}
NARROW = {"width": 1024, "height": 768}
PROVED_MS = 240_000
"""The house proves itself in turns of its own."""


async def whole(part: Locator) -> bool:
    """Nothing of its words is cut off."""
    return bool(await part.evaluate("it => it.scrollWidth <= it.clientWidth"))


async def test_the_light_and_the_name_stay_whole_where_the_header_is_narrow(office: Office) -> None:
    page = await office.page("saara", viewport=NARROW)
    await page.add_init_script("localStorage.setItem('valvomo.language', 'fi')")
    await page.goto("/alerts")
    await expect(page.locator("[data-live=live]")).to_be_visible()
    await expect(page.locator("[data-health=good]")).to_be_visible(timeout=PROVED_MS)
    assert await whole(page.locator("[data-live] .truncate"))
    name = page.get_by_text("Saara Virtanen", exact=True).last
    assert await whole(name)
    box = await name.bounding_box()
    assert box is not None
    assert box["height"] < 30
    await fits(page)


async def test_agents_and_queues_need_no_scrolling_sideways_on_a_laptop(office: Office) -> None:
    page = await office.page("saara", viewport=LAPTOP)
    await page.add_init_script("localStorage.setItem('valvomo.language', 'fi')")
    await office.served("eino", "Ada Lovelace")
    for place in ("agents", "queues"):
        await page.goto(f"/{place}")
        grid = page.get_by_role("grid")
        await expect(grid.locator("tbody tr").first).to_be_visible()
        assert await grid.evaluate("it => it.parentElement.scrollWidth <= it.parentElement.clientWidth"), (
            place
        )
    level = page.get_by_role("row").filter(has_text="Support").locator("[data-figure=service_level]")
    await expect(level).to_contain_text("100")
    box = await level.bounding_box()
    assert box is not None
    assert box["height"] < 30


async def test_a_column_without_room_says_so_where_it_is_chosen(office: Office) -> None:
    page = await office.page("saara", viewport=NARROW)
    await page.goto("/floor")
    await expect(page.get_by_role("columnheader", name="Customer")).to_be_visible()
    await expect(page.get_by_role("columnheader", name="Handle time")).to_have_count(0)
    await page.get_by_role("search").get_by_role("button", name="Columns").click()
    await expect(page.get_by_role("menuitemcheckbox", name="Handle time")).to_contain_text("no room")
    await expect(page.get_by_role("menuitemcheckbox", name="Agent", exact=True)).not_to_contain_text(
        "no room"
    )
