"""Rows of a spreadsheet become lines; what isn't understood stays where it was pasted, with its reason."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.access import system_actor
from core.database import db
from core.records.operations import create_record
from plugins.catalog.operations.products import create_product
from plugins.sales.operations.pasting import MOST_PASTED
from plugins.sales.operations.quotes import create_quote
from plugins.sales.pasted import read_pasted
from plugins.sales.queries.orders import lines_of_order
from plugins.sales.queries.quotes import lines_of, sets_of
from plugins.sales.records import ORDERS

SYSTEM = system_actor()
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
Draft = tuple[str, Callable[[], list[Any]]]


@pytest.fixture(params=["quotes", "orders"])
def draft(request: Any, customer: Any) -> Draft:
    """Give where rows are pasted on a draft, and what lists its lines."""
    create_product(SYSTEM, {"name": "Olive oil, 5 l", "sku": "OIL-5", "list_price": Decimal("24.90")})
    create_product(SYSTEM, {"name": "Λάδι", "sku": "ΛΑΔ-1", "list_price": Decimal(8)})
    for _twice in range(2):
        create_product(SYSTEM, {"name": "Twin", "list_price": Decimal(1)})
    if request.param == "quotes":
        quote = create_quote(SYSTEM, {"customer_id": customer.id, "name": "Pasted", "currency": "EUR"})
        return f"/sales/quotes/{quote.id}/sets/{sets_of(quote)[0].id}/lines/paste", lambda: lines_of(quote)
    order = create_record(SYSTEM, ORDERS, {"customer": str(customer.id), "currency": "EUR"})
    return f"/sales/orders/{order.id}/lines/paste", lambda: lines_of_order(order)


def paste(client: FlaskClient, draft: Draft, *rows: str) -> tuple[str, list[tuple[Any, ...]]]:
    answer = client.post(draft[0], data={"rows": "\r\n".join(rows)}, headers=PARTIAL)
    assert answer.status_code == 200
    db.session.rollback()
    return answer.text, [(line.name, line.quantity, line.unit_price, line.discount) for line in draft[1]()]


def kept(page: str) -> list[str]:
    """Tell what stands in the field still."""
    return page.partition('name="rows"')[2].partition(">")[2].partition("</textarea>")[0].splitlines()


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1.234,56 €", "1234.56"),
        ("$1,234.56", "1234.56"),
        ("10 %", "10"),
        ("2,5", "2.5"),
        ("1 000", "1000"),
        ("x", "x"),
    ],
)
def test_numbers_are_read_as_spreadsheets_write_them(typed: str, read: str) -> None:
    (row,) = read_pasted(f"OIL-5\t{typed}")
    assert row.values == {"quantity": read}


def test_rows_become_lines_in_their_order(client: FlaskClient, draft: Draft) -> None:
    page, lines = paste(client, draft, "oil-5\t10\t\t5 %", "", "ΛΑΔ-1", 'Olive oil, 5 l\t2,5\t"1.020,50"')
    assert lines == [
        ("Olive oil, 5 l", 10, Decimal("24.90"), 5),
        ("Λάδι", 1, 8, 0),
        ("Olive oil, 5 l", Decimal("2.5"), Decimal("1020.50"), 0),
    ]
    assert kept(page) == []


def test_what_isnt_understood_is_told_and_stays(client: FlaskClient, draft: Draft) -> None:
    odd = [
        "Code\tQuantity",
        "Twin\t1",
        "OIL-5\tmany",
        "OIL-5\t1\t2\t3\tand more",
        "OIL-5\t-1",
        "OIL-5\t1\t1\t101",
        "OIL-5\t" + "4" * 40,
    ]
    page, lines = paste(client, draft, odd[0], "OIL-5\t2", *odd[1:])
    assert [line[:2] for line in lines] == [("Olive oil, 5 l", 2)]
    assert kept(page) == odd
    for reason in ("No product has this code", "Several products", "isn't a number", "too large", "more cells than"):
        assert reason in page.replace("&#39;", "'")
    mended, lines = paste(client, draft, *kept(page)[2:3], "OIL-5\t7")
    assert (len(lines), kept(mended)) == (2, ["OIL-5\tmany"])


def test_rows_beyond_the_most_stay_too(client: FlaskClient, draft: Draft) -> None:
    rows = [f"nothing {place}" for place in range(MOST_PASTED + 2)]
    page, lines = paste(client, draft, *rows)
    assert (lines, kept(page)) == ([], rows)


def test_document_is_added_up_once_behind_all_rows(client: FlaskClient, draft: Draft, statements: list[str]) -> None:
    def asked(number: int) -> list[str]:
        del statements[:]
        paste(client, draft, *["OIL-5\t1\t10"] * number)
        return list(statements)

    asked(1)
    few, many = asked(10), asked(30)
    written = [sum(each.startswith("UPDATE") for each in ran) for ran in (few, many)]
    assert written[0] == written[1], "the document's sums"
    assert (len(many) - len(few)) / 20 <= 13, "reading and pricing a row, and its line"
    page = client.get(draft[0].removesuffix("/lines/paste").partition("/sets/")[0]).text
    assert "€410.00" in page, "41 lines of ten euros"
