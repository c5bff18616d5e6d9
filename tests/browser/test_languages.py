"""A person's language: chosen in the rail, kept, and nothing of another one left on any page."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, Installation, Opener, sign_in
from tests.browser.places import NAMES, arrive

PASSWORD: Final = "a few words for tests"
LANGUAGES: Final = {"el": ("Ελληνικά", "Πελάτες"), "pl": ("Polski", "Klienci")}
#: Every text and label of the page that somebody can see or hear.
TEXTS: Final = """() => {
  const isSeen = (element) => element?.checkVisibility({ visibilityProperty: true });
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (isSeen(parent.closest("select") ?? parent)) texts.push(walker.currentNode.textContent);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt"])
    for (const element of document.querySelectorAll(`[${name}]`))
      if (isSeen(element)) texts.push(element.getAttribute(name));
  return [...new Set(texts.map((text) => text.trim().replace(/\\s+/g, " ")).filter(Boolean))];
}"""
PLACEHOLDER: Final = re.compile(r"%\((\w+)\)[sd]|\{\w+\}")
#: What the demonstration's company itself has called something, and where that is shown.
PRICE_LISTS: Final = {"Standard prices"}
STAGES: Final = {"New business", "Needs", "Solution", "Proposal", "Negotiation", "Won", "Lost"}
TEAMS: Final = {"Sales", "Export"}
NAMED_BY_THE_COMPANY: Final = {
    **dict.fromkeys(("opportunities", "new opportunity", "board", "forecast", "report", "customer", "lead"), STAGES),
    "opportunity": STAGES | PRICE_LISTS,
    "product": PRICE_LISTS,
    **dict.fromkeys(("users", "user", "new user", "teams", "territories"), TEAMS),
}


class Catalogue:
    """The messages of a language: which English ones it says otherwise, and what it says itself."""

    def __init__(self, language: str) -> None:
        messages = [each for file in ROOT.glob(f"*/**/{language}/LC_MESSAGES/*.po") for each in _read(file)]
        self.said = {text for _, translated in messages for text in translated}
        english = [text for original, _ in messages for text in original if text not in self.said]
        self.patterns = [_pattern(text) for text in english if _has_words(text)]

    def has_left(self, text: str, named: set[str]) -> bool:
        """Tell whether a text is an English one that has been left on a page; what the company named is its own."""
        if text in self.said or text.partition(" · ")[0] in named:
            return False
        return any(pattern.fullmatch(text) for pattern in self.patterns)


def _read(file: Path) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Read a catalogue without what the demonstration wrote into records, which stays as it is."""
    with file.open("rb") as opened:
        found = [(each.id, each.string) for each in read_po(opened) if each.id and not _is_of_demo(each)]
    return [(_as_tuple(original), _as_tuple(translated)) for original, translated in found]


def _is_of_demo(message: Message) -> bool:
    return all("/demo" in place for place, _line in message.locations)


def _as_tuple(texts: Any) -> tuple[str, ...]:
    return tuple(texts) if isinstance(texts, (list, tuple)) else (str(texts),)


def _has_words(text: str) -> bool:
    return len(re.findall(r"[A-Za-z]", PLACEHOLDER.sub("", text))) >= 3


def _pattern(text: str) -> re.Pattern[str]:
    fixed = PLACEHOLDER.split(" ".join(text.replace("%%", "%").split()))[:: PLACEHOLDER.groups + 1]
    return re.compile(".+".join(re.escape(part) for part in fixed))


@pytest.fixture
def newcomer(open_page: Opener, server: str, installation: Installation, request: pytest.FixtureRequest) -> Page:
    """Give the page of an administrator who has just been added."""
    email = f"{request.node.callspec.params['language']}@aigis.example"
    added = installation.run("user", "add", email, "--role", "administrator", said=f"{PASSWORD}\n")
    assert added.returncode == 0, added.stderr
    page = open_page(signed_in=False)
    sign_in(page, server, email, PASSWORD)
    return page


def choose(page: Page, code: str, name: str) -> None:
    """Choose a language in the rail."""
    page.locator("[popovertarget=language-menu]").click()
    page.locator("#language-menu").get_by_role("button", name=name).click()
    expect(page.locator("html")).to_have_attribute("lang", code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chosen_language_is_kept_and_leaves_no_english_on_any_page(newcomer: Page, language: str) -> None:
    page, (name, customers) = newcomer, LANGUAGES[language]
    choose(page, language, name)
    page.goto("/customers")
    expect(page.get_by_role("heading", level=1, name=customers)).to_be_attached()

    catalogue = Catalogue(language)
    left: list[str] = []
    for place in NAMES:
        arrive(page, place)
        named = NAMED_BY_THE_COMPANY.get(place, set())
        left += [f"{place}: {text}" for text in page.evaluate(TEXTS) if catalogue.has_left(text, named)]

    assert left == []
    choose(page, "en", "English")
    page.goto("/customers")
    expect(page.get_by_role("heading", level=1, name="Customers")).to_be_attached()
