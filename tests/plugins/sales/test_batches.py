"""Handing the journal over: each document once, each batch with its key, and a failure that is told and repeated."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.access import Actor, Kind, Scope, acting_as, system_actor
from core.database import db
from core.host.doors import hookimpl
from core.i18n import today
from core.jobs.worker import run_next_job
from core.notifications.models import Notification
from core.problems import Problem
from core.records.operations import bin_record, create_record
from plugins.sales.api import JournalExport
from plugins.sales.commands import journal as command
from plugins.sales.models import Invoice, JournalBatch, JournalDocument
from plugins.sales.operations.batches import book_by_hand, create_batch, draw_up_batches, hand_over, hand_over_again
from plugins.sales.operations.invoices import post_invoice
from plugins.sales.operations.payments import create_payment
from plugins.sales.queries.batches import count_left, documents_left
from plugins.sales.records import ACCOUNTS, BATCHES
from tests.plugins.sales.connectors import connected, connector_of_the_guide
from tests.plugins.sales.invoicing import draft, refused

SYSTEM = system_actor()


class Ledger:
    """A bookkeeping system: it keeps what it is given, and fails as often as it is told to."""

    def __init__(self) -> None:
        self.taken: list[JournalExport] = []
        self.error: Exception | None = None

    @hookimpl
    def crm_export_journal(self, export: JournalExport) -> str:
        self.taken.append(export)
        if self.error is not None:
            raise self.error
        return f"L{len(self.taken)}"


@pytest.fixture
def ledger(app: Any) -> Iterator[Ledger]:
    """Connect a bookkeeping system."""
    taking = Ledger()
    with connected(taking):
        yield taking


def drawn_up() -> JournalBatch:
    """Draw up one batch of everything that is left."""
    [batch] = draw_up_batches(SYSTEM, today())
    return batch


# What is in a batch


def test_each_document_is_handed_over_once(ledger: Ledger, posted: Invoice) -> None:
    batch = hand_over(drawn_up().id)
    assert (batch.status, batch.reference, batch.documents, batch.amount) == (
        "handed_over", "L1", 1, Decimal("161.16"),
    )  # fmt: skip
    [export] = ledger.taken
    assert (export.key, export.number, export.currency) == (batch.id, batch.number, "EUR")
    assert sum((line.debit - line.credit for line in export.lines), Decimal(0)) == 0
    assert hand_over(batch.id).tries == 1
    assert refused(lambda: draw_up_batches(SYSTEM, today())).code == "sales.nothing_to_hand_over"
    assert len(ledger.taken) == 1


def test_what_is_posted_later_for_an_earlier_day_is_in_the_next_batch(
    ledger: Ledger, posted: Invoice, taxed: Any
) -> None:
    hand_over(drawn_up().id)
    late = post_invoice(SYSTEM, draft(taxed, issued_on=today() - timedelta(days=40)))
    paid = create_payment(SYSTEM, {"customer_id": taxed.id, "amount": Decimal(5), "currency": "EUR"})
    hand_over(drawn_up().id)
    first, second = ({line.document.id for line in export.lines} for export in ledger.taken)
    assert (first, second) == ({posted.id}, {late.id, paid.id})


def test_what_is_later_than_the_day_and_drafts_are_left(posted: Invoice, taxed: Any) -> None:
    draft(taxed)
    assert count_left(today() - timedelta(days=1)) == len(documents_left(today() - timedelta(days=1))) == 0
    assert count_left(today()) == len(documents_left(today())) == 1


def test_a_batch_holds_so_many_documents(ledger: Ledger, taxed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plugins.sales.operations.batches.MOST_DOCUMENTS", 2)
    made = {post_invoice(SYSTEM, draft(taxed)).id for _each in range(5)}
    batches = draw_up_batches(SYSTEM, today())
    assert [batch.documents for batch in batches] == [2, 2, 1]
    assert len({batch.number for batch in batches}) == 3
    for batch in batches:
        hand_over(batch.id)
    assert [line.document.id for export in ledger.taken for line in export.lines if line.purpose == "tax"] == sorted(
        made, key=lambda each: db.session.get_one(Invoice, each).number or ""
    )


# What fails


@pytest.mark.parametrize(
    ("error", "told"),
    [(Problem("ledger.closed", "The year is closed there."), "The year is closed there."), (OSError("x"), "plugin")],
)
def test_what_is_not_taken_says_why_and_is_handed_over_again_with_its_key(
    ledger: Ledger, posted: Invoice, error: Exception, told: str
) -> None:
    ledger.error = error
    batch = drawn_up()
    batch_id = batch.id
    failed = hand_over(batch_id)
    assert (failed.status, failed.reference, told in str(failed.problem)) == ("failed", None, True)
    create_record(SYSTEM, ACCOUNTS, {"code": "70.00", "purpose": "revenue"})
    ledger.error = None
    hand_over_again(SYSTEM, failed)
    again = hand_over(batch_id)
    assert (again.status, again.reference, again.tries, again.problem) == ("handed_over", "L2", 2, None)
    assert ledger.taken[0] == ledger.taken[1]
    assert refused(lambda: hand_over_again(SYSTEM, again)).code == "sales.batch_refused"


def test_whose_batch_was_not_taken_is_told(ledger: Ledger, posted: Invoice, administrator: Any) -> None:
    ledger.error = Problem("ledger.closed", "The year is closed there.")
    grants = {"*": Scope.all}
    batch = create_batch(Actor(Kind.staff, user_id=administrator.id, name="A", grants=grants), {})
    hand_over(batch.id)
    told = db.session.scalars(select(Notification.text).where(Notification.user_id == administrator.id)).all()
    assert told == [f"“{batch.number}” wasn't taken by the bookkeeping: The year is closed there."]


def test_without_a_connector_it_says_so(posted: Invoice) -> None:
    batch = hand_over(drawn_up().id)
    assert (batch.status, batch.problem) == ("by_hand", None)
    with acting_as(SYSTEM):
        told = CliRunner().invoke(command, ["--hand-over"])
    assert "No plugin that is switched on takes the journal." in told.output


def test_without_a_connector_it_is_downloaded_and_booked_by_hand(posted: Invoice, client: FlaskClient) -> None:
    batch = hand_over(drawn_up().id)
    url = f"/sales/journal-batches/{batch.id}"
    page = client.get(url).text
    assert "No connector" in page
    assert "No plugin that is switched on takes the journal." in page
    assert "Not taken" not in page
    rows = client.get(f"{url}/export?format=csv").text
    assert str(posted.number) in rows
    assert client.post(f"{url}/booked").status_code == 303
    booked = db.session.get_one(JournalBatch, batch.id, populate_existing=True)
    assert (booked.status, booked.problem, booked.handed_over_at is not None) == ("handed_over", None, True)
    assert refused(lambda: book_by_hand(SYSTEM, booked)).code == "sales.batch_refused"
    assert hand_over(batch.id).tries == 1, "no connector gets it any more"


def test_what_waits_for_a_connector_goes_to_one_that_comes_later(posted: Invoice) -> None:
    batch_id = hand_over(drawn_up().id).id
    ledger = Ledger()
    with connected(ledger):
        assert hand_over(batch_id).status == "handed_over"
        assert len(ledger.taken) == 1


# By no door is a document in two batches, or a batch changed


def test_no_document_is_in_two_batches_and_no_batch_goes(posted: Invoice) -> None:
    batch = drawn_up()
    assert refused(lambda: bin_record(SYSTEM, BATCHES, batch)).status == 409
    assert db.session.scalar(select(func.count(JournalDocument.id))) == 1


def test_it_takes_the_whole_journal_to_hand_it_over(posted: Invoice) -> None:
    everything = {"sales.journal_batch.create": Scope.all, "sales.journal_batch.view": Scope.all}
    for grants in ({}, {"sales.invoice.journal": Scope.own, "sales.payment.view": Scope.all}):
        clerk = Actor(Kind.staff, user_id=uuid4(), name="C", grants=everything | grants)
        assert refused(lambda clerk=clerk: draw_up_batches(clerk, today())).code == "sales.whole_journal"  # type: ignore[misc]


# The guide's connector, the pages and the command


def test_hook_crm_export_journal_as_the_guide_shows_it(posted: Invoice, tmp_path: Path) -> None:
    connector = connector_of_the_guide(tmp_path / "ledger")
    with connected(connector):
        batch = hand_over(drawn_up().id)
        assert "Make it, and hand over again." in str(batch.problem)
        (tmp_path / "ledger").mkdir()
        batch = hand_over(batch.id)
    [written] = (tmp_path / "ledger").iterdir()
    assert batch.reference == written.name == f"{batch.number}-{batch.id}.csv"
    rows = list(csv.DictReader(io.StringIO(written.read_text(encoding="utf-8"))))
    assert [(row["account"], row["debit"], row["credit"]) for row in rows] == [
        ("1200", "161.16", "0"), ("4000", "0", "129.97"), ("2200", "0", "31.19"),
    ]  # fmt: skip


def test_pages_tell_what_is_left_and_how_a_batch_stands(ledger: Ledger, posted: Invoice, client: FlaskClient) -> None:
    assert "1 document was not handed over yet." in client.get("/sales/journal").text
    ledger.error = Problem("ledger.closed", "The year is closed there.")
    assert client.post("/sales/journal-batches", data={"through": today().isoformat()}).status_code < 400
    run_next_job("worker")
    [batch] = db.session.scalars(select(JournalBatch)).all()
    page = client.get(f"/sales/journal-batches/{batch.id}").text
    assert "The year is closed there." in page
    assert "Everything was handed over." in client.get("/sales/journal").text
    ledger.error = None
    assert client.post(f"/sales/journal-batches/{batch.id}/hand-over").status_code < 400
    run_next_job("worker")
    db.session.expire_all()
    assert (batch.status, batch.reference) == ("handed_over", "L2")
    assert client.post(f"/sales/journal-batches/{batch.id}/hand-over").status_code == 409


def test_the_command_hands_over_what_waits_and_what_is_left(ledger: Ledger, posted: Invoice, taxed: Any) -> None:
    ledger.error = Problem("ledger.closed", "The year is closed there.")
    with acting_as(SYSTEM):
        failed = CliRunner().invoke(command, ["--hand-over"])
        assert isinstance(failed.exception, Problem)
        ledger.error = None
        post_invoice(SYSTEM, draft(taxed))
        told = CliRunner().invoke(command, ["--hand-over"])
        nothing = CliRunner().invoke(command, ["--hand-over"])
    assert [line.split()[1:] for line in told.output.splitlines()] == [["1", "L2"], ["1", "L3"]]
    assert "was handed over already" in str(nothing.exception)
