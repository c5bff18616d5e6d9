"""What is saved is saved once, however often somebody clicks or presses."""

from collections.abc import Callable
from typing import Final
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Opener
from tests.browser.test_selling import open_customer

SAVE: Final = "main form[method=post] [type=submit]:visible"


def click_twice(page: Page) -> None:
    """Double click, as people do who learnt it for files."""
    page.locator(SAVE).first.dblclick()


def press_twice(page: Page) -> None:
    """Press the keys that save a second time, because nothing seemed to happen."""
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")


@pytest.fixture(params=["on a fast line", "on a slow line"])
def line(page: Page, request: pytest.FixtureRequest) -> Page:
    """Give a page on a line; on the slow one the second act comes before the first one's answer."""
    if request.param == "on a slow line":
        page.route("**/*", hold_back)
    return page


def hold_back(route: Route) -> None:
    """Let what is sent take a while, as on a train."""
    if route.request.method == "POST":
        route.request.frame.page.wait_for_timeout(300)
    route.continue_()


def count(page: Page, path: str, words: str) -> int:
    """Count what the API finds."""
    answer = page.request.get(f"/api/v1/{path}?q={quote(words)}")
    assert answer.ok, answer.text()
    return len(answer.json()["items"])


@pytest.mark.parametrize("act", [click_twice, press_twice])
def test_a_deal_is_made_once(line: Page, act: Callable[[Page], None]) -> None:
    name = f"once{uuid4().hex}"
    line.goto("/sales/opportunities/new")
    line.locator("main [name=name]").fill(name)

    act(line)

    expect(line.get_by_role("heading", level=1, name=name)).to_be_visible()
    assert count(line, "sales/opportunities", name) == 1


@pytest.mark.parametrize("act", [click_twice, press_twice])
def test_a_note_is_written_once_and_the_next_one_right_after_it(line: Page, act: Callable[[Page], None]) -> None:
    mark = f"once{uuid4().hex}"
    open_customer(line)
    text = line.locator("[data-compose-form='activities.note'] textarea")
    timeline = line.locator("#timeline")
    text.fill(f"{mark} first")

    act(line)

    expect(timeline.get_by_text(f"{mark} first")).to_have_count(1)
    expect(text).to_have_value("")
    text.fill(f"{mark} second")
    text.press("Control+Enter")
    expect(timeline.get_by_text(f"{mark} second")).to_have_count(1)
    expect(timeline.get_by_text(mark)).to_have_count(2)


def test_a_form_that_comes_back_with_a_fault_is_sent_again(page: Page) -> None:
    page.goto("/customers/new")
    click_twice(page)
    expect(page.locator("[aria-invalid=true]").first).to_be_focused()

    page.locator("main [name=name]").fill("Sent twice for a reason")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", level=1, name="Sent twice for a reason")).to_be_visible()


def test_a_form_without_htmx_is_sent_once_too(open_page: Opener) -> None:
    page = open_page(signed_in=False)
    page.goto("/login")
    page.locator("[name=email]").fill("nobody@aigis.example")
    page.locator("[name=password]").fill("not the password")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    click_twice(page)

    expect(page.get_by_text("don't belong together")).to_be_visible()
    assert len(sent) == 1
