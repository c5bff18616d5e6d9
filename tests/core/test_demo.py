"""The demo: a company that looks real, the same for a seed, of any size, and never mixed with real customers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import phonenumbers
import pytest
from flask import Flask
from sqlalchemy import func, select

from core.access import acting_as, system_actor
from core.customers.models import Customer, Relationship
from core.customers.tax import read_tax_number
from core.database import JournalEntry, db, new_id
from core.demo import loading as demo
from core.demo.company import DemoCompany, DemoPart
from core.demo.parties import BATCH
from core.demo.words import LANDS
from core.i18n import today
from core.records.registry import record_types
from core.users.company import company
from core.users.models import Setting, Team, User
from pelatis import api
from tests.conftest import sign_in

NOON = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def _model(key: str) -> Any:
    found = record_types.get(key)
    assert found is not None, key
    return found.model


def _count(model: Any, *criteria: Any) -> int:
    return int(db.session.execute(select(func.count()).select_from(model).where(*criteria)).scalar_one())


def _eleni() -> Any:
    return db.session.scalars(select(User.id).where(User.email == demo.SIGN_IN.email)).one()


def test_the_demo_signs_in_and_shows_todays_work(app: Flask) -> None:
    signed_in = demo.load(60)
    app.config["WTF_CSRF_ENABLED"] = False
    page = sign_in(app, signed_in.email, signed_in.password).get("/")
    assert page.status_code == 200
    for words in ("Ελαιώνες Πελοποννήσου", "Maria Korkmaz", "Bottling line", "Book the demo room for Tuesday"):
        assert words in page.text


def test_the_demo_speaks_the_language_that_it_is_asked_for(app: Flask) -> None:
    demo.load(40, language="el")
    stages = set(db.session.scalars(select(_model("sales.stage").name)))
    assert {"Ανάγκες", "Διαπραγμάτευση", "Κερδισμένη"} <= stages
    app.config["WTF_CSRF_ENABLED"] = False
    client = sign_in(app, demo.SIGN_IN.email, demo.SIGN_IN.password)
    customers, today = (client.get(path).text for path in ("/customers", "/"))
    for words in ('<html lang="el"', "Δικοί μου στην Πάτρα", "Βασικοί πελάτες"):
        assert words in customers
    for words in ("Γραμμή εμφιάλωσης", "Κράτηση της αίθουσας επίδειξης για Τρίτη"):
        assert words in today


def test_a_second_load_does_nothing_and_says_the_same(app: Flask) -> None:
    first = demo.load(40)
    journal = _count(JournalEntry)
    assert demo.load(500, seed=9) == first
    assert _count(JournalEntry) == journal
    assert demo.is_loaded()


def test_there_are_exactly_as_many_customers_as_asked_for(app: Flask) -> None:
    demo.load(BATCH + 7)
    assert _count(Customer) == BATCH + 7


def test_an_interrupted_load_goes_on_where_it_was(app: Flask) -> None:
    def stop(_done: int, _wanted: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.load(BATCH + 50, told=stop)
    assert (demo.is_begun(), demo.is_loaded(), _count(Customer)) == (True, False, BATCH)
    demo.load()
    assert (demo.is_loaded(), _count(Customer)) == (True, BATCH + 50)


def _fingerprint() -> list[tuple[Any, ...]]:
    opportunity = _model("sales.opportunity")
    customers = select(Customer.id, Customer.name, Customer.phone, Customer.tax_number, Customer.created_at)
    deals = select(opportunity.id, opportunity.name, opportunity.amount, opportunity.closed_on, opportunity.stage_since)
    return [
        *map(tuple, db.session.execute(customers.order_by(Customer.id))),
        *map(tuple, db.session.execute(deals.order_by(opportunity.id))),
    ]


def test_the_same_seed_and_moment_make_the_same_company(site: Any) -> None:
    made = []
    for seed in (4, 4, 5):
        site.reset()
        with site.app.app_context(), acting_as(system_actor()):
            demo.load(80, seed, now=NOON)
            made.append(_fingerprint())
            db.session.remove()
    assert made[0] == made[1]
    assert made[0] != made[2]


def test_tax_numbers_and_phones_are_such_as_there_could_be(app: Flask) -> None:
    demo.load(400)
    customers = db.session.scalars(select(Customer)).all()
    numbers = [customer.tax_number for customer in customers if customer.tax_number]
    assert len(numbers) > 100
    assert [number for number in numbers if read_tax_number(number).valid is not True] == []
    phones = {customer.phone: customer.country for customer in customers if customer.phone}
    assert [each for each in phones.items() if not phonenumbers.is_valid_number(phonenumbers.parse(each[0]))] == []


def test_every_country_of_the_demo_makes_valid_numbers() -> None:
    from core.demo.parties import Parties
    from core.demo.tax_numbers import make_tax_number

    company = DemoCompany(1, NOON, demo.ZONE, {})
    company.random.seed(1)
    parties = Parties(company)
    for land in LANDS.values():
        for pattern in [land.mobile, *(place.phone for place in land.places)]:
            for _ in range(5):
                phone = parties._digits(pattern)
                assert phonenumbers.is_valid_number(phonenumbers.parse(phone)), (land.code, phone)
        tax_numbers = [make_tax_number(company.random, land.code) for _ in range(20)]
        assert [each for each in tax_numbers if each and read_tax_number(each).valid is not True] == []


def test_customers_are_greek_polish_and_european_with_people_who_work_there(app: Flask) -> None:
    demo.load(300)
    by_country = dict(db.session.execute(select(Customer.country, func.count()).group_by(Customer.country)).all())
    assert by_country["GR"] > by_country["PL"] > 20
    assert len(by_country) >= 5
    people = _count(Customer, Customer.kind == "person")
    assert _count(Relationship, Relationship.kind.in_(["works_at", "decides_at"])) == people > 80
    assert _count(Team, Team.parent_id.is_(None)) == 1


def test_deals_stand_in_every_stage_and_were_closed_over_two_years(app: Flask) -> None:
    demo.load(300)
    opportunity, stage, moves = _model("sales.opportunity"), _model("sales.stage"), _stage_history()
    per_stage: dict[Any, Any] = dict(
        db.session.execute(
            select(stage.name, func.count())
            .select_from(opportunity)
            .join(stage, stage.id == opportunity.stage_id)
            .group_by(stage.name)
        ).all()
    )
    assert set(per_stage) == set(db.session.scalars(select(stage.name)))
    closed = db.session.scalars(select(opportunity.closed_on).where(opportunity.closed_on.is_not(None))).all()
    assert max(closed) <= date.today()  # noqa: DTZ011
    assert (max(closed) - min(closed)).days > 400
    last_move = select(func.max(moves.moved_at)).where(moves.opportunity_id == opportunity.id).scalar_subquery()
    assert _count(opportunity, opportunity.stage_since != last_move) == 0


def _stage_history() -> Any:
    from core.database.models import model_of

    return model_of("sales.stage_history")


def test_nothing_that_has_happened_lies_in_the_future(app: Flask) -> None:
    demo.load(200, now=NOON)
    for key, moment in (
        ("activities.call", "done_at"),
        ("activities.note", "written_at"),
        ("sales.lead", "created_at"),
    ):
        model = _model(key)
        assert _count(model, getattr(model, moment) > NOON) == 0, key
    earliest = db.session.scalars(select(func.min(Customer.created_at))).one()
    assert NOON - timedelta(days=731) <= earliest


def test_her_day_has_visits_calls_a_meeting_and_a_task_that_is_late(app: Flask) -> None:
    demo.load(60, now=NOON)
    day = (datetime(2026, 11, 19, 22, tzinfo=UTC), datetime(2026, 11, 20, 22, tzinfo=UTC))
    found = {}
    for kind in ("visit", "call", "meeting"):
        model = _model(f"activities.{kind}")
        found[kind] = _count(model, model.owner_id == _eleni(), model.starts_at.between(*day))
    assert found == {"visit": 3, "call": 2, "meeting": 1}
    task = _model("activities.task")
    due = select(task.due_on).where(task.owner_id == _eleni(), task.due_on <= date(2026, 11, 20))
    assert sorted(db.session.scalars(due)) == [date(2026, 11, 18), *[date(2026, 11, 20)] * 3]


def test_its_books_have_something_of_everything(app: Flask) -> None:
    demo.load(60)
    invoice, payment = _model("sales.invoice"), _model("sales.payment")
    found = db.session.execute(select(invoice.number, invoice.status).order_by(invoice.issued_on, invoice.number))
    statuses: dict[str, str] = dict(found.all())
    assert set(statuses.values()) == {"posted", "part_paid", "paid", "used_up"}
    numbers = [number for number in statuses if number.startswith("I-")]
    assert numbers == sorted(numbers)
    late = (invoice.due_on < today(), invoice.open_amount > 0, invoice.kind == "invoice")
    assert (_count(invoice, *late), _count(payment, payment.open_amount > 0)) == (2, 1)
    assert _count(_model("sales.recurring_order")) == 2
    settlement = _model("sales.commission_settlement")
    assert {"approved", "drawn_up"} == set(db.session.scalars(select(settlement.status)))
    assert _count(_model("sales.account_plan")) > 0


def test_a_product_comes_in_sizes_and_colours_and_the_company_has_an_address(app: Flask) -> None:
    demo.load(40)
    product = _model("catalog.product")
    template = db.session.scalars(select(product).where(product.sku == "APR")).one()
    variants = db.session.scalars(
        select(product).where(product.template_id == template.id).order_by(product.created_at)
    )
    names = [each.name.removeprefix(f"{template.name}, ") for each in variants]
    assert (names[:3], len(names)) == (["S, Olive", "S, Navy", "M, Olive"], 8)
    us = company()
    assert (us.city, us.country, read_tax_number(us.tax_number).valid) == ("Πάτρα", "GR", True)


def test_leads_are_about_to_run_out_of_time(app: Flask) -> None:
    demo.load(60, now=NOON)
    lead = _model("sales.lead")
    waiting = db.session.scalars(select(lead.respond_by).where(lead.status == "new").order_by(lead.respond_by)).all()
    assert [(each - NOON).total_seconds() / 60 for each in waiting][:2] == [8, 25]


def test_every_row_is_in_the_journal_as_the_demos(app: Flask) -> None:
    before = _count(JournalEntry)
    demo.load(50)
    added = _count(JournalEntry) - before
    assert added == _count(JournalEntry, JournalEntry.origin == "demo")
    assert _count(JournalEntry, JournalEntry.record_type == "customer", JournalEntry.operation == "insert") == 50


def test_customers_of_the_demo_are_found_by_search(app: Flask) -> None:
    from core.search.index import search

    demo.load(60)
    titles = {hit.title for hit in search(system_actor(), "elaiones")}
    assert "Ελαιώνες Πελοποννήσου Α.Ε." in titles
    assert [hit.title for hit in search(system_actor(), "wisniewski")][:1] != []


def test_a_plugin_that_is_off_adds_nothing(app: Flask) -> None:
    from core.host.lifecycle import disable_plugin

    disable_plugin(app.extensions["pelatis_host"], "sales")
    demo.load(60)
    progress = db.session.get(Setting, ("core", "", "demo"))
    assert progress is not None
    assert db.session.execute(db.text("SELECT count(*) FROM sales_opportunity")).scalar_one() == 0
    assert _count(_model("activities.call")) > 10


def test_plugins_get_what_they_need_from_the_public_face() -> None:
    assert (api.DemoCompany, api.DemoPart) == (DemoCompany, DemoPart)
    customer = api.DemoCustomer(
        id=new_id(), key="", kind="organisation", name="Ελιά", owner="eleni", owner_id=new_id(), created_at=NOON,
        is_buyer=True, importance=2, language="el", currency="EUR", city="Πάτρα", street="Γούναρη 1",
    )  # fmt: skip
    matter = api.DemoMatter("sales.opportunity", new_id(), "", "Tins", customer, customer.owner_id, NOON, None)
    assert list(api.DemoPart(DemoCompany(1, NOON, demo.ZONE, {})).write([matter.customer])) == []
