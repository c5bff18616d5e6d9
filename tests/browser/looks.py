"""Looking at a page as it stands: what axe finds in it, and what sticks out, on a desk and on a phone."""

from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect

AXE: Final = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
#: Asks axe for what WCAG 2.2 AA and good practice forbid; in the dark only colours can differ.
ASK: Final = """async (rules) => {
  const everything = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run({ runOnly: rules ? { type: "rule", values: rules } : everything });
  return found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join("\\n")}`);
}"""
COLOURS: Final = ["color-contrast", "link-in-text-block"]
#: The window and the page's part that scrolls, by how much what they hold is wider than they are.
STICKS_OUT: Final = """() => ["html", "#main"].map((each) => document.querySelector(each))
  .map((part) => part.scrollWidth - part.clientWidth)"""
SIZES: Final = {"desk": (1400, 900), "phone": (390, 844)}


def find_faults(page: Page) -> list[str]:
    """Ask axe about the page as it stands, in light and in dark."""
    page.evaluate(f"{AXE};0")
    faults: list[str] = page.evaluate(ASK, None)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    in_the_dark: list[str] = page.evaluate(ASK, COLOURS)
    page.emulate_media(color_scheme="light")
    return faults + [f"dark: {fault}" for fault in in_the_dark]


def expect_faultless(page: Page) -> None:
    """Expect that nobody is kept out and nothing sticks out, on a desk and on a phone; its width stays."""
    before = page.viewport_size
    assert before is not None
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        faults = find_faults(page)
        assert faults == [], faults
        assert page.evaluate(STICKS_OUT) == [0, 0]
    page.set_viewport_size(before)
