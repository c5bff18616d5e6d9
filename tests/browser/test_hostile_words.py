"""Words that are markup and script elsewhere: written into every text of every record, they are read as words here.

The pages that show them are opened in a browser that would run them; its policy has nothing to keep out either.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from playwright.sync_api import APIRequestContext, FilePayload, Page, expect

from tests.browser.conftest import Installation, Opener, copy_of, sign_in
from tests.browser.places import FIXED
from tests.browser.test_importing import go_on

#: It leaves an attribute, a text and a script, and says so when it is run.
HOSTILE: Final = "\"'></script><img src=x onerror=window.ran=1>"
#: What tells that it was run, or stands in the page as markup.
HARM: Final = "() => [window.ran ?? 0, document.querySelectorAll('img[src=x], [onerror]').length]"
#: Values that a record may need besides words.
GIVEN: Final = {"date": "2026-11-30", "date-time": "2026-11-30T10:00:00Z", "decimal": "1"}
#: What some records must hold, because no words would be taken there.
NEEDED: Final[dict[str, dict[str, str]]] = {
    "/admin/fields": {"record_type": "customer", "kind": "text"},
    "/contact-points": {"kind": "phone", "value": "2610437221"},
    "/relationships": {"kind": "works_at"},
    "/catalog/price-lists": {"currency": "EUR"},
    "/catalog/tax-rules": {"country": "GR", "rate": "24"},
    "/catalog/option-rules": {"kind": "excludes"},
    "/catalog/stock": {"on_hand": "9"},
    "/sales/assignment-rules": {"goes_to": "territory"},
    "/sales/accounts": {"purpose": "tax", "code": "2200"},
    "/sales/number-series": {"kind": "refund", "pattern": "<b>###</b>"},
    "/sales/commission-plans": {"tiers": "0 - : 5"},
    "/sales/exchange-rates": {"currency": "CHF"},
    "/sales/invoice-lines": {"unit_price": "5"},
    "/sales/order-lines": {"unit_price": "5"},
    "/sales/payments": {"amount": "5", "currency": "EUR"},
    "/sales/quote-lines": {"unit_price": "5"},
    "/sales/adjustments": {"period": "2026-Q4"},
    "/sales/targets": {"period": "2026-Q4"},
}
#: Where the API has what a field names; a customer where nothing is said.
RELATED: Final = {
    "product": "/catalog/products",
    "price_list": "/catalog/price-lists",
    "bundle": "/catalog/products",
    "part": "/catalog/products",
    "group": "/catalog/option-groups",
    "option": "/catalog/product-options",
    "other": "/catalog/product-options",
    "invoice": "/sales/invoices",
    "order": "/sales/orders",
    "quote": "/sales/quotes",
    "set": "/sales/quote-sets",
    "opportunity": "/sales/opportunities",
    "competitor": "/sales/competitors",
    "team": "/teams",
    "territory": "/territories",
    "manager": "/users",
    "person": "/users",
}
#: What takes a person for its customer, and no organisation.
OF_PERSONS: Final = frozenset({"/sales/contact-roles"})
#: What follows an act that the API doesn't have: an order is confirmed on its page before anything of it goes out or it
#: is repeated, an invoice posted before anything is used for it or handed over, and commissions are of what was posted;
#: members of plans and splits name people by choice.
LATER: Final = frozenset(
    {
        "/sales/allocations",
        "/sales/commission-entries",
        "/sales/commission-members",
        "/sales/commission-splits",
        "/sales/deliveries",
        "/sales/delivery-lines",
        "/sales/journal-batches",
        "/sales/recurring-orders",
        "/sales/settlements",
    }
)
#: Fields that name another record of a type that one is there of already.
ANOTHER: Final = frozenset({"to_customer", "other", "part"})
#: Where a record's pages are, when it isn't where the API has them; a user's has no form of its own.
PAGES: Final = {"/users": "/admin/users"}
#: What nobody may change once it is written: it has no form.
SEALED: Final = frozenset({"/sales/payments"})
QUOTED: Final = HOSTILE.replace('"', '""')
FILE: Final = f'name,city,"{QUOTED}"\n"{QUOTED}",Πάτρα,a\nShop two,"{QUOTED}",b\n'


@pytest.fixture(scope="module")
def words(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Give an installation of its own, so that no other test meets the words."""
    return copy_of(company, tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def address(words: Installation) -> Iterator[str]:
    """Serve it."""
    with words.serve() as url:
        yield url


@pytest.fixture
def reader(open_page: Opener, address: str, words: Installation) -> Page:
    """Give a page of somebody who is signed in there."""
    page = open_page(signed_in=False, base_url=address)
    sign_in(page, address, words.email, words.password)
    return page


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    """Hold what `made` wrote: once for all tests, as there may be but one target of a period."""
    return {}


@pytest.fixture
def made(reader: Page, words: Installation, written: dict[str, str]) -> dict[str, str]:
    """Write the words into a record of each type, and give its id by the path of its list."""
    if not written:
        token = words.run("token", "add", words.email, "--name", str(uuid4())).stdout.strip()
        written.update(Writer(reader.request, token).write())
    return written


class Writer:
    """Writes the words into records of every type through the API, as anybody with a token may."""

    def __init__(self, requests: APIRequestContext, token: str) -> None:
        self.requests = requests
        self.headers = {"Authorization": f"Bearer {token}"}
        self.made: dict[str, str] = {}
        self.schemas: dict[str, dict[str, Any]] = {}

    def write(self) -> dict[str, str]:
        """Make one record of each type, and one of a customer's in a field that is called so."""
        described = self.requests.get("/api/v1/openapi.json", headers=self.headers).json()
        self.schemas = {
            path.removeprefix("/api/v1"): methods["post"]["requestBody"]["content"]["application/json"]["schema"]
            for path, methods in described["paths"].items()
            if "post" in methods and "{" not in path and path.removeprefix("/api/v1") not in LATER
        }
        for path in self.schemas:
            self._one(path)
        return self.made

    def _one(self, path: str) -> str:
        """Give the record of a type, made when it is first asked for."""
        if path not in self.made:
            self.made[path] = self._make(path)
        return self.made[path]

    def _make(self, path: str) -> str:
        schema = self.schemas[path]
        needed = schema.get("required", ())
        values = {name: self._value(name, field, name in needed) for name, field in schema["properties"].items()}
        values = {name: value for name, value in values.items() if value is not None}
        values |= NEEDED.get(path, {})
        if path in OF_PERSONS:
            values["customer"] = self._person()
        while (answer := self.requests.post(f"/api/v1{path}", headers=self.headers, data=values)).status == 422:
            for name in answer.json()["errors"]:  # no words at all: a phone number, a time zone
                assert name in values, f"{path} needs {answer.text()}"
                del values[name]
        assert answer.status == 201, f"{path}: {answer.text()}"
        return str(answer.json()["id"])

    def _person(self) -> str:
        values = {"name": HOSTILE, "kind": "person"}
        return str(self.requests.post("/api/v1/customers", headers=self.headers, data=values).json()["id"])

    def _value(self, name: str, field: dict[str, Any], needed: bool) -> Any:
        kinds = field["type"] if isinstance(field["type"], list) else [field["type"]]
        if "enum" in field:
            return field["enum"][0] if needed else None
        if kinds[0] == "array" and field["items"]["type"] == "string":
            return [HOSTILE]
        if field.get("format") == "uuid":
            return self._related(name) if needed or name == "customer" else None
        if "format" in field or "string" not in kinds:
            return GIVEN.get(field.get("format", "")) if needed else None
        return HOSTILE

    def _related(self, name: str) -> str:
        path = RELATED.get(name, "/customers")
        return self._make(path) if name in ANOTHER else self._one(path)


def expect_harmless(page: Page) -> None:
    """Expect that the words are nothing but words in the page as it stands."""
    page.wait_for_load_state("networkidle")
    assert page.evaluate(HARM) == [0, 0], page.url


def visit(page: Page, url: str) -> None:
    """Go to a page and expect no harm of it."""
    answer = page.goto(url)
    assert answer is not None
    assert answer.ok, f"{url}: {answer.status}"
    expect_harmless(page)


def test_every_page_of_every_record_shows_the_words(reader: Page, made: dict[str, str]) -> None:
    shown = 0
    for path, record in made.items():
        pages = PAGES.get(path, path)
        own = ("",) if path in PAGES else ("", "/history") if path in SEALED else ("", "/edit", "/history")
        for url in (pages, *[f"{pages}/{record}{each}" for each in own]):
            visit(reader, url)
            shown += HOSTILE in (reader.locator("main").text_content() or "")
    assert shown > 2 * len(made)


def test_pages_of_many_records_show_the_words(reader: Page, made: dict[str, str]) -> None:
    for url in (*FIXED.values(), "/sales/leads/board", "/customers?bin=1", f"/search?{urlencode({'q': HOSTILE})}"):
        visit(reader, url)
    visit(reader, f"/customers/{made['/customers']}")
    reader.get_by_role("main").get_by_role("button", name="More", exact=True).first.click()
    expect_harmless(reader)


def test_what_pages_bring_later_shows_the_words(reader: Page, made: dict[str, str]) -> None:
    criteria = json.dumps({"and": [{"field": "name", "op": "is", "value": [HOSTILE]}]})
    for path in ("/customers", "/sales/opportunities", "/activities/tasks"):
        name = "title" if path == "/activities/tasks" else "name"
        visit(reader, f"{path}?{urlencode({'filter': criteria.replace('name', name, 1)})}")
        reader.locator("[data-row] a[data-open]").first.click()
        expect(reader.locator("#panel")).to_contain_text(HOSTILE)
        expect_harmless(reader)
    reader.keyboard.press("Control+k")
    reader.locator("#palette-input").press_sequentially("img src")
    expect(reader.locator("#palette-list")).to_contain_text(HOSTILE)
    expect_harmless(reader)
    reader.keyboard.press("Escape")

    visit(reader, f"/customers/{made['/customers']}")
    reader.locator("#facts [aria-label='Edit Legal name']").press("Enter")
    reader.locator("#edit-legal_name").press("Control+Enter")
    expect(reader.locator("#toasts")).to_be_visible()
    reader.locator("[data-compose-form='activities.note'] textarea").fill(HOSTILE)
    reader.keyboard.press("Control+Enter")
    expect(reader.locator("#timeline")).to_contain_text(HOSTILE)
    expect_harmless(reader)


def test_a_card_and_a_choice_of_the_words_are_words(reader: Page, made: dict[str, str]) -> None:
    visit(reader, "/sales/pipeline")
    card = reader.locator("[data-card]").filter(has_text=HOSTILE).first
    card.locator("a[data-open]").focus()
    reader.keyboard.press("m")
    expect(reader.locator("[data-move-menu]")).to_contain_text(HOSTILE)
    expect_harmless(reader)
    reader.keyboard.press("Escape")

    visit(reader, f"/sales/opportunities/{made['/sales/opportunities']}/edit")
    reader.locator("main .ts-control").first.click()
    expect(reader.locator(".ts-dropdown .option").first).to_be_visible()
    reader.keyboard.type("img")
    expect(reader.locator(".ts-dropdown .option").first).to_contain_text(HOSTILE)
    expect_harmless(reader)


def test_a_view_of_the_words_is_kept_and_shown(reader: Page) -> None:
    criteria = json.dumps({"and": [{"field": "city", "op": "is", "value": [HOSTILE]}]})
    visit(reader, f"/customers?{urlencode({'filter': criteria})}")
    expect(reader.locator(".crm-sentence")).to_contain_text(HOSTILE)
    reader.get_by_role("button", name="Save view").click()
    reader.locator("#dialog [name=name]").fill(HOSTILE)
    reader.locator("#dialog [type=submit]").click()
    expect(reader.locator(".crm-rail")).to_contain_text(HOSTILE)
    expect(reader.locator("#crumbs")).to_contain_text(HOSTILE)
    expect_harmless(reader)


def test_a_file_of_the_words_is_brought(reader: Page) -> None:
    reader.goto("/admin/imports/new?type=customer")
    file = FilePayload(name=f"{HOSTILE.replace('/', '')}.csv", mimeType="text/csv", buffer=FILE.encode())
    reader.locator("input[type=file]").set_input_files(file)
    for button, heading in (
        ("Find matches", "there already"),
        ("Try all rows", "What would come of it"),
        ("Import now", " in$"),
    ):
        expect_harmless(reader)
        go_on(reader, button, re.compile(heading))
    expect_harmless(reader)
    visit(reader, f"/customers?{urlencode({'q': HOSTILE})}")
    expect(reader.locator("main")).to_contain_text(HOSTILE)
    visit(reader, "/admin/imports")
