"""The languages: what each says for an English message, and what of English is left on a page in another one."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, Installation, Opener, sign_in
from tests.browser.looks import SIZES, expect_faultless

PASSWORD: Final = "a few words for tests"
LANGUAGES: Final = {"el": ("Ελληνικά", "Πελάτες"), "pl": ("Polski", "Klienci")}
#: All languages that somebody may speak on a journey: those besides English, and English.
SPOKEN: Final = {**LANGUAGES, "en": ("English", "Customers")}
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
#: What the demonstration's company itself has called its stages, its teams and its price list.
STAGES: Final = {"New business", "Needs", "Solution", "Proposal", "Negotiation", "Won", "Lost"}
TEAMS: Final = {"Sales", "Export"}
PRICE_LISTS: Final = {"Standard prices"}
NAMED: Final = STAGES | TEAMS | PRICE_LISTS
PLACEHOLDER: Final = re.compile(r"%\((\w+)\)[sd]|\{\w+\}")


class Catalogue:
    """The messages of a language: which English ones it says otherwise, and what it says itself."""

    def __init__(self, language: str) -> None:
        messages = [each for file in ROOT.glob(f"*/**/{language}/LC_MESSAGES/*.po") for each in _read(file)]
        pairs = (zip(original, translated, strict=False) for original, translated in messages)
        self.is_english = language == "en"
        self.words = {one: other for pair in pairs for one, other in pair}
        self.said = {text for _, translated in messages for text in translated}
        english = [text for original, _ in messages for text in original if text not in self.said]
        self.patterns = [_pattern(text) for text in english if _has_words(text)]

    def say(self, message: str) -> str:
        """Say an English message; one with no translation is an error."""
        return message if self.is_english else self.words[message]

    def left_on(self, page: Page, named: set[str]) -> list[str]:
        """List the English texts of a page as it stands, what the company named left out."""
        return [text for text in page.evaluate(TEXTS) if self.has_left(text, named)]

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


def join(installation: Installation, server: str, page: Page, language: str, name: str) -> None:
    """Add an administrator, sign them in on a page, and choose their language.

    Args:
        installation: where they are added.
        server: its address.
        page: a wide one, of nobody yet.
        language: its code.
        name: what they are called.
    """
    email = f"{name}.{language}@aigis.example"
    added = installation.run("user", "add", email, "--role", "administrator", said=f"{PASSWORD}\n")
    assert added.returncode == 0, added.stderr
    sign_in(page, server, email, PASSWORD)
    choose(page, language, SPOKEN[language][0])


def choose(page: Page, code: str, name: str) -> None:
    """Choose a language in the rail."""
    page.locator("[popovertarget=language-menu]").click()
    page.locator("#language-menu").get_by_role("button", name=name).click()
    expect(page.locator("html")).to_have_attribute("lang", code)


@dataclass
class Journey:
    """Somebody's way through the pages in their language, on a phone; it keeps what was left in English."""

    page: Page
    catalogue: Catalogue
    left: list[str] = field(default_factory=list)

    def say(self, message: str) -> str:
        """Say an English message in the traveller's language."""
        return self.catalogue.say(message)

    def press(self, message: str) -> None:
        """Press the button that says a message."""
        self.page.get_by_role("button", name=self.say(message), exact=True).click()

    def follow(self, message: str) -> None:
        """Follow the first link that says a message."""
        self.page.get_by_role("link", name=self.say(message), exact=True).first.click()

    def fill(self, **values: str) -> None:
        """Fill in fields by their names."""
        for name, value in values.items():
            self.page.locator(f"[name={name}]").first.fill(value)

    def open_first(self, address: str) -> None:
        """Go to a list, and open its first record."""
        self.page.goto(address)
        self.page.goto(self.page.locator("[data-row] a[data-open]").first.get_attribute("href") or "")

    def look(self, page: Page | None = None) -> None:
        """Expect that a page keeps nobody out, and keep what of English is left on it."""
        expect_faultless(page or self.page)
        self.read(page)

    def read(self, page: Page | None = None) -> None:
        """Keep what of English is left on a page."""
        seen = page or self.page
        self.left.extend(f"{seen.url}: {text}" for text in self.catalogue.left_on(seen, NAMED))


def set_out(open_page: Opener, server: str, installation: Installation, language: str, name: str) -> Journey:
    """Begin a journey: somebody new, in their language, with a phone in their hand."""
    page = open_page(signed_in=False)
    join(installation, server, page, language, name)
    width, height = SIZES["phone"]
    page.set_viewport_size({"width": width, "height": height})
    return Journey(page, Catalogue(language))
