"""How the numbers of documents are written, and with which one a series begins."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.access import system_actor
from core.database import db
from core.records.operations import bin_record, create_record, restore_record, update_record
from plugins.sales.models import NumberFormat
from plugins.sales.operations.invoices import credit_invoice, post_invoice
from plugins.sales.operations.numbers import USUAL, draw_number, written_number
from plugins.sales.records import NUMBER_FORMATS
from plugins.sales.schemas import NUMBERED
from tests.plugins.sales.invoicing import draft, refused

SYSTEM = system_actor()
DAY = date(2026, 11, 23)


def numbered(kind: str, pattern: str, first: int = 1) -> NumberFormat:
    made: NumberFormat = create_record(SYSTEM, NUMBER_FORMATS, {"kind": kind, "pattern": pattern, "first": first})
    return made


@pytest.mark.parametrize(
    ("pattern", "number", "text"),
    [
        ("I-YYYY-#####", 7, "I-2026-00007"),
        ("ΤΔΑ/YY/###", 12, "ΤΔΑ/26/012"),
        ("####", 12345, "12345"),
        ("#-YYYY", 12, "12-2026"),
    ],
)
def test_a_pattern_says_where_year_and_number_stand(pattern: str, number: int, text: str) -> None:
    assert written_number(pattern, 2026, number) == text


def test_every_kind_of_document_has_a_usual_pattern_of_its_own() -> None:
    assert USUAL.keys() == NUMBERED.keys()
    assert len(set(USUAL.values())) == len(USUAL)


def test_invoices_are_numbered_as_the_company_does(customer: Any) -> None:
    numbered("invoice", "ΤΔΑ-YY-####", 251)
    first, second = (post_invoice(SYSTEM, draft(customer, issued_on=DAY)) for _each in range(2))
    assert [first.number, second.number] == ["ΤΔΑ-26-0251", "ΤΔΑ-26-0252"]
    note = post_invoice(SYSTEM, credit_invoice(SYSTEM, first, more={"issued_on": DAY}))
    assert note.number == "C-2026-00001"
    assert post_invoice(SYSTEM, draft(customer, issued_on=date(2027, 1, 2))).number == "ΤΔΑ-27-0251"


def test_a_series_without_a_year_goes_on_and_one_that_began_isnt_begun_anew(app: Any) -> None:
    assert draw_number("order", DAY) == "O-2026-00001"
    own = numbered("order", "ORD#####", 100)
    drawn = [draw_number("order", day) for day in (DAY, date(2027, 1, 1))]
    assert drawn == ["ORD00100", "ORD00101"]
    update_record(SYSTEM, NUMBER_FORMATS, own, {"pattern": "O-YYYY-###", "first": 50})
    assert [draw_number("order", DAY), draw_number("order", date(2027, 1, 1))] == ["O-2026-002", "O-2027-050"]
    bin_record(SYSTEM, NUMBER_FORMATS, own)
    assert draw_number("order", DAY) == "O-2026-00003"


@pytest.mark.parametrize("pattern", ["I-YYYY", "##-##", "YYYY-YY-###", "###########", ""])
def test_a_pattern_that_numbers_nothing_is_refused(app: Any, pattern: str) -> None:
    problem = refused(lambda: numbered("invoice", pattern))
    assert "pattern" in problem.fields


def test_no_two_kinds_are_written_alike_and_none_twice(app: Any) -> None:
    assert refused(lambda: numbered("invoice", USUAL["credit_note"])).code == "sales.pattern_twice"
    own = numbered("invoice", "A-#####")
    assert list(refused(lambda: numbered("invoice", "B-#####")).fields) == ["kind"]
    assert refused(lambda: numbered("credit_note", "A-#####")).code == "sales.pattern_twice"
    bin_record(SYSTEM, NUMBER_FORMATS, own)
    numbered("credit_note", "A-#####")
    assert refused(lambda: restore_record(SYSTEM, NUMBER_FORMATS, own)).code == "sales.pattern_twice"
    assert db.session.get_one(NumberFormat, own.id).deleted_at is not None


def test_pages_write_it_down(client: FlaskClient) -> None:
    assert client.get("/sales/number-series").status_code == 200
    wrong = client.post("/sales/number-series", data={"kind": "invoice", "pattern": "I-YYYY", "first": "1"})
    assert wrong.status_code == 422
    assert "Write ##### once" in wrong.text
    client.post("/sales/number-series", data={"kind": "invoice", "pattern": "INV-###", "first": "9"})
    assert draw_number("invoice", DAY) == "INV-009"
