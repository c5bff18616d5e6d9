"""The board: a deal is moved by the mouse and by the keyboard, asks for what its new stage needs, and goes back."""

import json
import re
from typing import Final
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener
from tests.browser.looks import expect_faultless
from tests.browser.test_selling import make_opportunity

AMOUNT: Final = 4321
#: How wide a column without cards is at most, in pixels.
STRIP: Final = 60


def column(page: Page, number: int) -> Locator:
    """Find a column of the board by its number from the left, from 0."""
    return page.locator("section[data-stage]").nth(number)


def card_in(place: Locator, name: str) -> Locator:
    """Find a card by its name in a column or in the whole board."""
    return place.locator("[data-card]").filter(has_text=name)


def total(page: Page, number: int) -> int:
    """Read the sum in a column's head."""
    return int(re.sub(r"\D", "", column(page, number).locator(".b-colhead b.num").inner_text()))


def expect_total(page: Page, number: int, amount: int) -> None:
    """Expect a sum in a column's head."""
    expect(column(page, number).locator(".b-colhead b.num")).to_contain_text(f"{amount:,}")


def show_on_board(page: Page, name: str) -> Locator:
    """Make an opportunity in the first stage, show it on the board, and give its card."""
    make_opportunity(page, name, str(AMOUNT))
    page.goto("/sales/pipeline")
    expect(card_in(column(page, 0), name)).to_be_visible()
    return card_in(page.locator("[data-board]"), name)


def drag(page: Page, card: Locator, target: Locator) -> None:
    """Take a card with the mouse, carry it in steps as a hand does, and let it go."""
    card.hover()
    page.mouse.down()
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40, steps=12)
    expect(page.locator("[data-stage].is-target")).to_have_count(1)
    page.mouse.up()


def move_by_keyboard(page: Page, card: Locator, key: str) -> None:
    """Open the menu of stages with m and press the key of one."""
    card.locator("a[data-open]").focus()
    page.keyboard.press("m")
    expect(page.locator("[data-move-menu]")).to_be_visible()
    page.keyboard.press(key)


@pytest.mark.parametrize("way", ["dragged", "moved by the keyboard"])
def test_a_deal_that_moves_moves_the_sums_and_the_toast_takes_it_back(page: Page, way: str) -> None:
    name = f"Deal to be {way}"
    card = show_on_board(page, name)
    first, second = total(page, 0), total(page, 1)

    if way == "dragged":
        drag(page, card, column(page, 1))
    else:
        move_by_keyboard(page, card, "2")

    expect(card_in(column(page, 1), name)).to_be_visible()
    expect_total(page, 0, first - AMOUNT)
    expect_total(page, 1, second + AMOUNT)
    page.locator("#toasts [data-undo]").click()
    expect(card_in(column(page, 0), name)).to_be_visible()
    expect_total(page, 0, first)
    expect_total(page, 1, second)
    page.reload()
    expect(card_in(column(page, 0), name)).to_be_visible()


def test_a_card_asks_for_what_its_new_stage_needs_and_can_be_left_where_it_was(page: Page) -> None:
    name = "Deal to be lost"
    card = show_on_board(page, name)
    first = total(page, 0)

    move_by_keyboard(page, card, "q")

    asking = page.locator("[data-card].is-ask")
    expect(asking).to_contain_text(name)
    expect(asking.locator("[name=lost_reason]")).to_be_focused()
    asking.get_by_role("button", name="Leave it").click()
    expect(card_in(column(page, 0), name)).to_be_visible()
    expect(asking).to_have_count(0)

    move_by_keyboard(page, card, "q")
    reason = asking.locator("[name=lost_reason]")
    expect(reason).to_be_focused()
    reason.select_option(index=1)
    page.keyboard.press("Control+Enter")

    expect(card_in(page.locator("[data-board]"), name)).to_have_count(0)
    expect_total(page, 0, first - AMOUNT)


def test_a_card_that_somebody_else_has_moved_goes_back_and_says_why(page: Page, open_page: Opener) -> None:
    name = "Deal of two sellers"
    card = show_on_board(page, name)
    other = open_page()
    other.goto("/sales/pipeline")
    move_by_keyboard(other, card_in(other.locator("[data-board]"), name), "3")
    expect(card_in(column(other, 2), name)).to_be_visible()
    expect(other.locator("#toasts")).to_contain_text(name)

    drag(page, card, column(page, 1))

    expect(page.locator("#toasts .is-error")).to_be_visible()
    expect(card_in(column(page, 0), name)).to_be_visible()
    expect(card_in(column(page, 1), name)).to_have_count(0)
    page.reload()
    expect(card_in(column(page, 2), name)).to_be_visible()


def test_escape_leaves_the_menu_of_stages_and_keeps_the_place_of_the_hands(page: Page) -> None:
    page.goto("/sales/pipeline")
    first = page.locator("[data-card] a[data-open]").first
    first.focus()

    page.keyboard.press("m")
    page.keyboard.press("Escape")

    expect(page.locator("[data-move-menu]")).to_have_count(0)
    expect(first).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("[data-card] a[data-open]").nth(1)).to_be_focused()


def test_a_column_without_cards_is_narrow_and_takes_a_card_all_the_same(page: Page) -> None:
    name = "Μοναδική ευκαιρία"
    make_opportunity(page, name, str(AMOUNT))
    criteria = json.dumps({"and": [{"field": "name", "op": "is", "value": [name]}]})
    page.goto(f"/sales/pipeline?{urlencode({'filter': criteria})}")
    assert [width(page, number) > STRIP for number in range(4)] == [True, False, False, False]

    drag(page, card_in(column(page, 0), name), column(page, 2))

    expect(card_in(column(page, 2), name)).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text(name)
    assert [width(page, number) > STRIP for number in range(4)] == [False, False, True, False]
    expect_faultless(page)


def width(page: Page, number: int) -> float:
    """Measure a column."""
    box = column(page, number).bounding_box()
    assert box is not None
    return box["width"]
