"""How a page looks to everybody: no serious finding of axe, and nothing wider than its window."""

from pathlib import Path

from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
JUDGED = """async () => {
  // What was right, and where to find it, is as much work as what is wrong.
  const found = await axe.run(document, { resultTypes: ['violations'], selectors: false })
  return found.violations
    .filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => [one.id, ...one.nodes.map((node) => node.html.slice(0, 99) + node.any[0]?.message)].join(' | '))
}"""


async def judge(page: Page) -> None:
    """No serious or critical violation of axe's settled rules on what is shown now."""
    # Evaluated, not loaded as a script, so that the page's policy stays as it is.
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    # What fades in is judged when it stands.
    await page.evaluate("() => Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    found = await page.evaluate(JUDGED)
    assert found == [], found


async def fits(page: Page) -> None:
    """Nothing makes the page wider than its window."""
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
