"""The journal: lines of what was posted and paid, that balance to the smallest unit whatever the currency."""

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from core.access import Actor, Kind, Scope, acting_as, system_actor
from core.database import write_unit
from core.i18n import today
from core.problems import Problem
from core.records.operations import bin_record, create_record, update_record
from plugins.catalog.api import rounded
from plugins.sales.commands import journal as command
from plugins.sales.journal import Accounts, Document, Line, Tax, Use, differences, lines_of
from plugins.sales.models import ExchangeRate, Invoice
from plugins.sales.operations.invoices import credit_invoice, post_invoice
from plugins.sales.operations.payments import create_payment, take_back
from plugins.sales.periods import month_of
from plugins.sales.queries.journal import own_accounts, read_journal
from plugins.sales.queries.payments import allocations_of
from plugins.sales.records import ACCOUNTS
from tests.plugins.sales.invoicing import draft, refused

SYSTEM = system_actor()
MONTH = month_of(today())
JOURNAL, PAYMENTS_SEEN = "sales.invoice.journal", "sales.payment.view"


def written(lines: list[Line]) -> list[tuple[str, str, str, str]]:
    """Write lines as kind, account, debit and credit."""
    return [(line.document.kind, line.account, f"{line.debit:.2f}", f"{line.credit:.2f}") for line in lines]


# What a document writes


@given(told=some.data())
@pytest.mark.parametrize(("base", "currency"), [("JPY", "JPY"), ("EUR", "EUR"), ("KWD", "KWD"), ("EUR", "USD"),
                                                ("JPY", "KWD"), ("KWD", "JPY"), ("EUR", "JPY")])  # fmt: skip
@pytest.mark.parametrize("kind", ["invoice", "credit_note", "receipt", "refund"])
def test_lines_of_a_document_balance_in_both_currencies(
    kind: str, base: str, currency: str, told: some.DataObject
) -> None:
    def draw(most: str = "99999") -> Decimal:
        return rounded(told.draw(some.decimals("0", most, allow_nan=False, places=4)), currency)

    taxes: tuple[Tax, ...] = ()
    if kind in ("invoice", "credit_note"):
        taxes = tuple(Tax(name, Decimal(rate), draw("999")) for name, rate in (("A", 24), ("B", 13)))
    rate = Decimal(1) if base == currency else told.draw(some.decimals("0.0001", "500", places=4))
    amount = draw() + sum((tax.amount for tax in taxes), Decimal(0))
    document = Document(uuid4(), kind, "1", today(), "", "", currency, rate, amount, taxes=taxes)
    lines = list(lines_of(document, Accounts({}), base))
    assert sum((line.amount for line in lines), Decimal(0)) == 0
    assert sum((line.debit for line in lines), Decimal(0)) == sum((line.credit for line in lines), Decimal(0))
    assert all(line.base == rounded(line.base, base) and not (line.debit and line.credit) for line in lines)
    owed = sum((line.base for line in lines if line.purpose == "receivables"), Decimal(0))
    assert abs(owed) == rounded(amount / rate, base)


def test_an_invoice_its_credit_note_a_payment_and_a_refund(posted: Invoice) -> None:
    assert (posted.net, posted.tax, posted.gross) == (Decimal("129.97"), Decimal("31.19"), Decimal("161.16"))
    paid = {"customer_id": posted.customer_id, "amount": Decimal(200), "currency": "EUR", "method": "cash"}
    payment = create_payment(SYSTEM, {**paid, "invoice_id": posted.id})
    given_back = {"refunds_id": payment.id, "amount": Decimal("38.84"), "method": "transfer"}
    create_payment(SYSTEM, given_back)
    post_invoice(SYSTEM, credit_invoice(SYSTEM, posted))
    lines = read_journal(SYSTEM, MONTH)
    assert sorted(written(lines)) == sorted([
        ("invoice", "1200", "161.16", "0.00"), ("invoice", "4000", "0.00", "129.97"),
        ("invoice", "2200", "0.00", "31.19"),
        ("receipt", "1200", "0.00", "200.00"), ("receipt", "1010", "200.00", "0.00"),
        ("refund", "1200", "38.84", "0.00"), ("refund", "1000", "0.00", "38.84"),
        ("credit_note", "1200", "0.00", "161.16"), ("credit_note", "4000", "129.97", "0.00"),
        ("credit_note", "2200", "31.19", "0.00"),
    ])  # fmt: skip
    assert {line.document.customer for line in lines} == {"Ελαιώνες Πελοποννήσου Α.Ε."}


def test_a_foreign_invoice_is_written_at_its_own_rate(taxed: Any) -> None:
    with write_unit() as session:
        session.add(ExchangeRate(currency="USD", rate=Decimal(3), valid_from=today()))
    post_invoice(SYSTEM, draft(taxed, (("Can", "1", "10"),), currency="USD"))
    owed, revenue, tax = read_journal(SYSTEM, MONTH)
    assert (owed.debit, owed.amount) == (Decimal("4.13"), Decimal("12.40"))
    assert (tax.credit, tax.amount) == (Decimal("0.80"), Decimal("-2.40"))
    assert (revenue.credit, revenue.amount) == (Decimal("3.33"), Decimal(-10))
    assert tax.tax == Tax("ΦΠΑ 24 %", Decimal(24), Decimal("2.40"))


# Exchange rates that changed between a document and what it was settled with


@given(told=some.data())
@pytest.mark.parametrize(("base", "currency"), [("EUR", "USD"), ("JPY", "KWD"), ("KWD", "JPY"), ("EUR", "JPY")])
def test_what_is_settled_leaves_nothing_in_the_receivables(base: str, currency: str, told: some.DataObject) -> None:
    whole = some.integers(1, 99_999_999).map(lambda cents: rounded(Decimal(cents) / 1_000, currency))
    parts = told.draw(some.lists(whole, min_size=1, max_size=6))
    rates = some.integers(100, 5_000_000).map(lambda rate: Decimal(rate) / 10_000)
    owed_rate, paid_rates = told.draw(rates), [told.draw(rates) for _part in parts]
    uses = [
        Use(uuid4(), part, part, rate, sum(parts[: place + 1], Decimal(0)), owed_rate)
        for place, (part, rate) in enumerate(zip(parts, paid_rates, strict=True))
    ]
    left = sum((difference for _use, difference in differences(uses, base)), Decimal(0))
    paid = sum((rounded(part / rate, base) for part, rate in zip(parts, paid_rates, strict=True)), Decimal(0))
    assert rounded(sum(parts, Decimal(0)) / owed_rate, base) - paid - left == 0


def at_rate(rate: str) -> None:
    """Let a euro buy so many dollars from now on."""
    with write_unit() as session:
        found = session.scalars(select(ExchangeRate).where(ExchangeRate.currency == "USD")).one_or_none()
        if found is None:
            session.add(ExchangeRate(currency="USD", rate=Decimal(rate), valid_from=today()))
        else:
            found.rate = Decimal(rate)


def balances() -> dict[str, Decimal]:
    """Sum the journal up by account."""
    sums: dict[str, Decimal] = {}
    for line in read_journal(SYSTEM, MONTH):
        sums[line.account] = sums.get(line.account, Decimal(0)) + line.base
    assert sum(sums.values()) == 0
    return sums


def test_a_payment_at_another_rate_leaves_a_loss_and_then_a_gain(taxed: Any) -> None:
    at_rate("2")
    invoice = post_invoice(SYSTEM, draft(taxed, (("Can", "1", "100"),), currency="USD"))
    at_rate("2.5")
    paid = {"customer_id": taxed.id, "currency": "USD", "invoice_id": invoice.id}
    first = create_payment(SYSTEM, {**paid, "amount": Decimal(24)})
    assert (balances()["1200"], balances()["6900"]) == (Decimal("50.00"), Decimal("2.40"))
    at_rate("1.6")
    create_payment(SYSTEM, {**paid, "amount": Decimal(100)})
    assert balances() == {
        "1200": 0, "4000": -50, "2200": -12, "1000": Decimal("72.10"), "6900": Decimal("2.40"),
        "4900": Decimal("-12.50"),
    }  # fmt: skip
    [told, _line] = [line for line in read_journal(SYSTEM, MONTH) if line.purpose != "receivables"
                     and line.document.kind == "exchange"]  # fmt: skip
    assert (told.document.number, told.document.text) == (first.number, invoice.number)
    assert (told.debit, told.amount) == (Decimal("2.40"), Decimal(0))


def test_what_is_taken_back_and_given_back_leaves_no_difference_behind(taxed: Any) -> None:
    at_rate("2")
    invoice = post_invoice(SYSTEM, draft(taxed, (("Can", "1", "100"),), currency="USD"))
    at_rate("2.5")
    paid = {"customer_id": taxed.id, "currency": "USD", "invoice_id": invoice.id, "amount": Decimal(124)}
    payment = create_payment(SYSTEM, paid)
    take_back(SYSTEM, allocations_of(payment)[0][0])
    assert (balances()["6900"], balances()["1200"]) == (Decimal(0), Decimal("12.40"))
    at_rate("1.6")
    create_payment(SYSTEM, {"refunds_id": payment.id, "amount": Decimal(124)})
    assert (balances()["1200"], balances()["6900"]) == (Decimal(62), Decimal("27.90"))
    note = post_invoice(SYSTEM, credit_invoice(SYSTEM, invoice))
    assert (note.rate, balances()["1200"], balances()["6900"]) == (Decimal(2), Decimal(0), Decimal("27.90"))


def test_drafts_and_other_periods_are_not_in_it(posted: Invoice, taxed: Any) -> None:
    draft(taxed)
    assert {line.document.id for line in read_journal(SYSTEM, MONTH)} == {posted.id}
    assert read_journal(SYSTEM, MONTH.next) == read_journal(SYSTEM, MONTH.previous) == []


def test_as_many_statements_for_many_as_for_one(posted: Invoice, taxed: Any, statements: list[str]) -> None:
    statements.clear()
    read_journal(SYSTEM, MONTH)
    assert len(statements) == 4
    for _each in range(3):
        post_invoice(SYSTEM, draft(taxed))
        create_payment(SYSTEM, {"customer_id": taxed.id, "amount": Decimal(5), "currency": "EUR"})
    statements.clear()
    read_journal(SYSTEM, MONTH)
    assert len(statements) == 4


# Accounts


def test_an_account_that_names_the_tax_or_the_way_to_pay_comes_first(app: Flask) -> None:
    for values in (
        {"code": "54.00", "purpose": "tax"},
        {"code": "54.24", "purpose": "tax", "tax_name": "ΦΠΑ 24 %"},
        {"code": "38.03", "purpose": "money"},
        {"code": "38.05", "purpose": "money", "method": "card"},
    ):
        create_record(SYSTEM, ACCOUNTS, values)
    own = own_accounts()
    assert (own.of("tax", "ΦΠΑ 24 %"), own.of("tax", "ΦΠΑ 13 %")) == ("54.24", "54.00")
    assert (own.of("money", "card"), own.of("money", "cash"), own.of("revenue")) == ("38.05", "38.03", "4000")


def test_there_is_one_account_for_each_purpose(app: Flask) -> None:
    first = create_record(SYSTEM, ACCOUNTS, {"code": "70", "purpose": "revenue"})
    other = create_record(SYSTEM, ACCOUNTS, {"code": "54", "purpose": "tax"})
    assert refused(lambda: create_record(SYSTEM, ACCOUNTS, {"code": "71", "purpose": "revenue"})).code == (
        "sales.account_twice"
    )
    assert refused(lambda: update_record(SYSTEM, ACCOUNTS, other, {"purpose": "revenue"})).code == "sales.account_twice"
    assert refused(lambda: update_record(SYSTEM, ACCOUNTS, first, {"method": "card"})).fields.keys() == {"method"}
    bin_record(SYSTEM, ACCOUNTS, first)
    assert create_record(SYSTEM, ACCOUNTS, {"code": "71", "purpose": "revenue"}).code == "71"


# Who may see it


@pytest.mark.parametrize(
    "grants", [{}, {JOURNAL: Scope.all}, {PAYMENTS_SEEN: Scope.all, "sales.invoice.view": Scope.all}]
)
def test_it_needs_a_permission_of_its_own(posted: Invoice, grants: dict[str, Scope]) -> None:
    somebody = Actor(Kind.staff, user_id=uuid4(), name="Clerk", grants=grants)
    with pytest.raises(Problem) as caught:
        read_journal(somebody, MONTH)
    assert caught.value.status == 403


def test_only_documents_within_reach_are_in_it(posted: Invoice) -> None:
    create_payment(SYSTEM, {"customer_id": posted.customer_id, "amount": Decimal(5), "currency": "EUR"})
    clerk = Actor(Kind.staff, user_id=uuid4(), name="C", grants={JOURNAL: Scope.own, PAYMENTS_SEEN: Scope.all})
    assert [(line.document.kind, line.document.customer) for line in read_journal(clerk, MONTH)] == [
        ("receipt", "")
    ] * 2


# The page, the files and the command


def test_the_page_shows_accounts_and_lines(posted: Invoice, client: FlaskClient) -> None:
    page = client.get(f"/sales/journal?period={MONTH.key}")
    assert page.status_code == 200
    assert str(posted.number) in page.text
    assert "161.16" in page.text
    assert client.get(f"/sales/journal?period={MONTH.quarter.key}").status_code == 200
    assert str(posted.number) not in client.get(f"/sales/journal?period={MONTH.next.key}").text
    assert client.get("/sales/journal?period=2026-13").status_code == 400


def test_the_page_stops_after_so_many_lines(
    posted: Invoice, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugins.sales.views.journal.MOST_SHOWN", 2)
    page = client.get("/sales/journal").text
    assert "The first 2 of 3 lines" in page
    assert page.count(str(posted.number)) == 2


def test_the_files_have_every_line(posted: Invoice, client: FlaskClient) -> None:
    answer = client.get(f"/sales/journal/export?period={MONTH.key}&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["account"] for row in rows] == ["1200", "4000", "2200"]
    assert [Decimal(row["debit"]) - Decimal(row["credit"]) for row in rows] == [
        Decimal(amount) for amount in ("161.16", "-129.97", "-31.19")
    ]
    assert (rows[2]["tax_name"], Decimal(rows[2]["tax_rate"])) == ("ΦΠΑ 24 %", Decimal(24))
    for form in ("xlsx", "jsonl"):
        assert client.get(f"/sales/journal/export?format={form}").status_code == 200
    assert client.get("/sales/journal/export?format=pdf").status_code == 422


def test_the_shell_prints_it(posted: Invoice) -> None:
    with acting_as(SYSTEM):
        printed = CliRunner().invoke(command, ["--period", MONTH.key, "--format", "jsonl"])
        later = CliRunner().invoke(
            command, ["--period", month_of(today() + timedelta(days=60)).key, "--format", "jsonl"]
        )
    assert [json.loads(line)["account"] for line in printed.output.splitlines()] == ["1200", "4000", "2200"]
    assert later.output == ""
