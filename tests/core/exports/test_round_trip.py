"""What is exported comes back without a difference, in every format."""

import contextlib
import csv
import errno
import io
import json
import os
import stat
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import load_workbook
from sqlalchemy import func, select

from core.access import Actor, Kind, Scope, acting_as, system_actor
from core.customers.models import Customer
from core.customers.records import CUSTOMERS
from core.customfields.records import CUSTOM_FIELDS
from core.database import JournalEntry, db
from core.demo import loading as demo
from core.exports.writing import safe_cell, write_export, write_table
from core.imports import operations, trials
from core.imports.running import Tally
from core.problems import Problem
from core.records.operations import bin_record, create_record
from core.records.queries import ListQuery
from core.records.registry import record_types
from core.records.types import RecordType
from core.users.records import USERS

NAUGHTY = Path(__file__).parents[3].parent / "shared" / "data" / "security" / "blns.json"
FORMATS = ("csv", "xlsx", "jsonl")

pytestmark = pytest.mark.usefixtures("app")


def make(**values: Any) -> Customer:
    made: Customer = create_record(system_actor(), CUSTOMERS, values)
    return made


def export(folder: Path, form: str, record_type: RecordType = CUSTOMERS, **query: Any) -> Path:
    target = folder / f"export.{form}"
    write_export(system_actor(), record_type, ListQuery(**query), form, target)
    return target


def bring(path: Path, record_type: RecordType = CUSTOMERS) -> Tally:
    with path.open("rb") as stream:
        job = operations.take_file(system_actor(), record_type, path.name, stream)
    return operations.run(system_actor(), job)


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_that_fails_leaves_the_file_that_was_there(tmp_path: Path, form: str) -> None:
    def rows() -> Iterator[Mapping[str, Any]]:
        yield {"id": 1}
        raise OSError(errno.EIO, "gone")

    target = tmp_path / f"customers.{form}"
    target.write_text("last month's")
    with pytest.raises(OSError, match="gone"):
        write_table(["id"], rows(), form, target)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [(target.name, "last month's")]


def test_an_export_may_be_read_by_whom_the_file_before_it_could(tmp_path: Path) -> None:
    target = tmp_path / "customers.csv"
    target.touch(0o600)
    write_table(["id"], [{"id": 1}], "csv", target)
    assert target.read_text(encoding="utf-8-sig").split() == ["id", "1"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_an_export_may_go_into_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as reader:
        read = reader.submit(pipe.read_text, encoding="utf-8-sig")
        write_table(["id"], [{"id": 1}], "csv", pipe)
        assert read.result().split() == ["id", "1"]


def test_the_demo_comes_back_without_a_difference(tmp_path: Path) -> None:
    demo.load(60)
    for record_type in record_types:
        count = write_export(system_actor(), record_type, ListQuery(), "csv", tmp_path / "export.csv")
        if not count:
            continue
        with (tmp_path / "export.csv").open("rb") as stream:
            job = operations.take_file(system_actor(), record_type, "export.csv", stream)
        trial = trials.try_out(system_actor(), job)
        assert (record_type.key, trial.tally["skipped"], list(trial.reasons)) == (record_type.key, count, [])


def last_change() -> int | None:
    return db.session.scalar(select(func.max(JournalEntry.sequence)))


@pytest.fixture
def company(app: Flask) -> Customer:
    """Make customers with every kind of value, those that are hard to write down first of all."""
    for label, kind, more in (
        ("Motto", "text", {}),
        ("Trees", "number", {}),
        ("Founded on", "date", {}),
        ("Size", "choice", {"choices": ["Big", "Small"]}),
    ):
        create_record(system_actor(), CUSTOM_FIELDS, {"record_type": "customer", "label": label, "kind": kind, **more})
    owner = create_record(system_actor(), USERS, {"name": "Eleni Douka", "email": "e@example.org"})
    mother = make(name="Ελαιώνες Α.Ε.", roles=["customer", "supplier"], tags=["a, b", "c; d"], owner=str(owner.id))
    make(
        name="=1+1|cmd",
        legal_name="'=quoted",
        note='line one\nline "two", with; signs',
        annual_revenue="1234567.8901",
        currency="PLN",
        employees=0,
        founded_year=1996,
        since="2020-02-29",
        phone="+302610437221",
        country="PL",
        parent=str(mother.id),
        roles=[],
        custom={"motto": "-5", "trees": "3.5", "founded_on": "1999-12-31"},
    )
    make(name="Twin", city="Łódź", tags=["olive oil"], email="twin@example.org")
    make(name="Twin", city="Πάτρα", annual_revenue="100000")
    make(name="Child of a twin", parent=str(make(name="Twin").id), website="https://example.org/?a=1,2")
    return mother


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.usefixtures("company")
def test_own_export_changes_nothing_when_it_comes_back(tmp_path: Path, form: str) -> None:
    path, before = export(tmp_path, form), last_change()
    assert bring(path) == Tally(skipped=6)
    assert last_change() == before


def everything() -> Mapping[str, Mapping[str, Any]]:
    left_out = {"created_at", "updated_at", "version"}
    columns = [column.key for column in Customer.__mapper__.column_attrs if column.key not in left_out]
    found = db.session.scalars(select(Customer).order_by(Customer.id))
    return {str(each.id): {name: getattr(each, name) for name in columns} for each in found}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.usefixtures("company")
def test_own_export_makes_the_same_records_where_there_are_none(tmp_path: Path, form: str) -> None:
    path, before = export(tmp_path, form), everything()
    from core.database import write_unit

    with write_unit() as session:
        for customer in session.scalars(select(Customer).order_by(Customer.parent_id.is_(None))):
            session.delete(customer)
    assert bring(path) == Tally(created=6)
    db.session.expire_all()
    assert everything() == before


@pytest.mark.usefixtures("company")
def test_a_change_and_an_emptied_cell_in_an_export_are_taken_over(tmp_path: Path) -> None:
    path = export(tmp_path, "csv")
    twin = db.session.scalars(select(Customer).where(Customer.city == "Łódź")).one()
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if row["id"] == str(twin.id):
            row |= {"city": "Lublin", "email": ""}
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert bring(path) == Tally(updated=1, skipped=5)
    db.session.refresh(twin)
    assert (twin.city, twin.email) == ("Lublin", None)


@pytest.mark.usefixtures("company")
def test_a_spreadsheet_runs_nothing_of_a_csv(tmp_path: Path) -> None:
    with export(tmp_path, "csv").open(encoding="utf-8-sig", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert "'=1+1|cmd" in cells
    assert "''=quoted" in cells
    assert "+302610437221" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@", "\t", "\r"))]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1", "'=1"),
        ("@x", "'@x"),
        ("-5", "-5"),
        ("+30261", "+30261"),
        ("-5.5", "-5.5"),
        ("-5+1", "'-5+1"),
        ("'=1", "''=1"),
        ("'plain", "'plain"),
        ("＝1", "'＝1"),
        ("", ""),
    ],
)
def test_cells_are_guarded(text: str, cell: str) -> None:
    assert safe_cell(text) == cell


@pytest.mark.usefixtures("company")
def test_numbers_and_days_are_such_in_excel(tmp_path: Path) -> None:
    with export(tmp_path, "xlsx").open("rb") as stream:
        rows = load_workbook(stream).get_sheet_by_index(0).to_python()
    place = {name: index for index, name in enumerate(rows[0])}
    row = next(row for row in rows if row[place["name"]] == "=1+1|cmd")
    assert row[place["annual_revenue"]] == 1234567.8901
    assert row[place["employees"]] == 0
    assert row[place["since"]] == date(2020, 2, 29)
    assert row[place["phone"]] == "+302610437221"


@pytest.mark.usefixtures("company")
def test_a_relation_is_named_by_its_title_unless_others_have_the_same(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in export(tmp_path, "jsonl").read_text(encoding="utf-8").splitlines()]
    parents = {line["name"]: line["parent"] for line in lines}
    assert parents["=1+1|cmd"] == "Ελαιώνες Α.Ε."
    twin = db.session.scalars(select(Customer).where(Customer.name == "Child of a twin")).one()
    assert parents["Child of a twin"] == str(twin.parent_id)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.skipif(not NAUGHTY.is_file(), reason="../shared/data/security is not there")
def test_naughty_strings_come_back_equal(tmp_path: Path, form: str) -> None:
    for number, text in enumerate(json.loads(NAUGHTY.read_text(encoding="utf-8"))):
        if form == "xlsx" and "\ufffe" in text:
            continue  # no character, and XML has no way to write it
        with contextlib.suppress(Problem):  # what is refused has nothing to come back
            make(name=f"Customer {number}", note=text, legal_name=text[:200])
    path, before = export(tmp_path, form), last_change()
    tally = bring(path)
    assert (tally.created, tally.updated, tally.failed) == (0, 0, 0)
    assert tally.skipped > 500
    assert last_change() == before


def test_other_types_come_back_too(tmp_path: Path) -> None:
    products, deals = record_types.get("catalog.product"), record_types.get("sales.opportunity")
    assert products is not None
    assert deals is not None
    product = create_record(system_actor(), products, {"name": "GTX Pro", "list_price": "4821"})
    customer = make(name="Elaiones")
    stages = record_types.get("sales.stage")
    assert stages is not None
    stage = db.session.scalars(select(stages.model).where(stages.model.kind == "won")).first()  # type: ignore[attr-defined]
    assert stage is not None
    values = {"customer": str(customer.id), "product": str(product.id), "stage": str(stage.id), "amount": "54.5"}
    create_record(system_actor(), deals, {**values, "closed_on": "2017-03-01"})
    create_record(system_actor(), deals, {"name": "Open one"})
    for record_type in (products, deals):
        for form in FORMATS:
            path, before = export(tmp_path, form, record_type), last_change()
            tally = bring(path, record_type)
            assert (tally.created, tally.updated, tally.failed) == (0, 0, 0), (record_type.key, form)
            assert last_change() == before


def test_an_export_holds_what_the_actor_may_export_and_no_more(tmp_path: Path) -> None:
    person = create_record(system_actor(), USERS, {"name": "Eleni", "email": "e@example.org"})
    make(name="Own", owner=str(person.id))
    make(name="Another's")
    bin_record(system_actor(), CUSTOMERS, make(name="Binned", owner=str(person.id)))
    grants = {"customer.view": Scope.all, "customer.export": Scope.own}
    seller = Actor(Kind.staff, user_id=person.id, grants=grants)
    target = tmp_path / "own.jsonl"
    with acting_as(seller):
        assert write_export(seller, CUSTOMERS, ListQuery(), "jsonl", target) == 1
    assert '"Own"' in target.read_text(encoding="utf-8")
    looker = Actor(Kind.staff, user_id=person.id, grants={"customer.view": Scope.all})
    with acting_as(looker), pytest.raises(Problem) as caught:
        write_export(looker, CUSTOMERS, ListQuery(), "jsonl", target)
    assert caught.value.status == 403


def test_a_wrong_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="csv, xlsx, jsonl"):
        write_export(system_actor(), CUSTOMERS, ListQuery(), "pdf", tmp_path / "x")


def test_exporting_costs_statements_by_the_batch(tmp_path: Path, statements: list[str]) -> None:
    mother = make(name="Mother")
    for number in range(60):
        make(name=f"Customer {number}", parent=str(mother.id))
    db.session.rollback()
    statements.clear()
    export(tmp_path, "csv")
    assert len(statements) < 12


def test_a_list_is_downloaded_as_it_is_filtered(client: FlaskClient) -> None:
    make(name="In Patra", city="Patra", annual_revenue=Decimal("5"))
    make(name="In Athens", city="Athens")
    query = {"filter": json.dumps({"field": "city", "op": "is", "value": "Patra"}), "format": "csv"}
    answer = client.get("/export/customer", query_string=query)
    assert answer.status_code == 200
    assert "customers.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    answer.close()
    assert [row["name"] for row in rows] == ["In Patra"]
    assert client.get("/export/customer?format=pdf").status_code == 422
    page = client.get("/customers?q=x").text
    assert all(f"/export/customer?q=x&amp;format={form}" in page for form in (*FORMATS, "vcf"))
    assert "/export/catalog.product?format=vcf" not in client.get("/catalog/products").text
    assert client.get("/export/nothing").status_code == 404
