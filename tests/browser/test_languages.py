"""A person's language: chosen in the rail, kept, and nothing of another one left on any page."""

from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Installation, Opener
from tests.browser.languages import LANGUAGES, PRICE_LISTS, STAGES, TEAMS, Catalogue, choose, join
from tests.browser.places import NAMES, arrive

#: Where it is shown what the company itself has called something.
NAMED_BY_THE_COMPANY: Final = {
    **dict.fromkeys(("opportunities", "new opportunity", "board", "forecast", "report", "customer", "lead"), STAGES),
    "opportunity": STAGES | PRICE_LISTS,
    "product": PRICE_LISTS,
    **dict.fromkeys(("users", "user", "new user", "teams", "territories"), TEAMS),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chosen_language_is_kept_and_leaves_no_english_on_any_page(
    open_page: Opener, server: str, installation: Installation, language: str
) -> None:
    page, catalogue = open_page(signed_in=False), Catalogue(language)
    join(installation, server, page, language, "newcomer")
    page.goto("/customers")
    expect(page.get_by_role("heading", level=1, name=LANGUAGES[language][1])).to_be_attached()

    left: list[str] = []
    for place in NAMES:
        arrive(page, place)
        named = NAMED_BY_THE_COMPANY.get(place, set())
        left += [f"{place}: {text}" for text in catalogue.left_on(page, named)]

    assert left == []
    choose(page, "en", "English")
    page.goto("/customers")
    expect(page.get_by_role("heading", level=1, name="Customers")).to_be_attached()
