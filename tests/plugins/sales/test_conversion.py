"""Conversion: whom a lead may already be, what it becomes as somebody chose it, once, and its undo."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.access import Actor, system_actor
from core.customers.models import Customer
from core.customers.operations import add_person, create_customer, relate_person
from core.customers.queries import related_customers
from core.database import db
from core.problems import Problem
from core.records.history import undo_transaction
from core.records.operations import load_values
from pelatis.api import last_transaction
from plugins.sales.models import ContactRole, Lead, Opportunity
from plugins.sales.operations.leads import Conversion, convert_lead, create_lead
from plugins.sales.queries.contacts import people_of
from plugins.sales.queries.matches import matches_of
from plugins.sales.records import LEADS

SYSTEM = system_actor()


def lead(actor: Actor = SYSTEM, **values: Any) -> Lead:
    given = {"name": "Maria Korkmaz", "company": "Bosporus Deli", "status": "new", "email": "maria@bosporus.example"}
    return create_lead(actor, {**given, **values})


def organisation(name: str = "Bosporus Deli", **values: Any) -> Customer:
    return create_customer(SYSTEM, {"name": name, "kind": "organisation", **values})


def count(model: Any) -> int:
    db.session.rollback()
    return int(db.session.scalar(select(func.count()).where(model.deleted_at.is_(None)).select_from(model)) or 0)


def test_customer_is_found_by_name_and_mail_with_the_reasons(app: Flask) -> None:
    customer = organisation("BOSPORUS DELI Ltd", email="maria@bosporus.example")
    [match] = matches_of(SYSTEM, lead())
    assert (match.customer.id, list(match.reasons)) == (customer.id, ["same mail address", "same name"])


def test_customer_of_nearly_the_same_name_is_offered(app: Flask) -> None:
    customer = organisation("Bosphorus Delli")
    [match] = matches_of(SYSTEM, lead(company="Bosporus Deli"))
    assert match.customer.id == customer.id
    assert "alike" in match.reasons[0]


def test_employer_of_the_person_who_asks_is_offered(app: Flask) -> None:
    customer = organisation("Korkmaz Holding")
    person = add_person(SYSTEM, customer, {"name": "Maria Korkmaz", "email": "maria@bosporus.example"})
    found = {match.customer.id: list(match.reasons) for match in matches_of(SYSTEM, lead())}
    assert found == {person.id: ["same mail address"], customer.id: ["Maria Korkmaz works there"]}


def test_person_of_that_name_at_the_customer_is_offered(app: Flask) -> None:
    customer = organisation()
    person = add_person(SYSTEM, customer, {"name": "María KORKMAZ"})
    add_person(SYSTEM, customer, {"name": "Ali Korkmaz"})
    found = [(match.customer.id, list(match.reasons)) for match in matches_of(SYSTEM, lead(email=None))]
    assert found == [(customer.id, ["same name"]), (person.id, ["works at Bosporus Deli"])]


def test_phone_of_a_lead_is_read_as_of_its_country(app: Flask) -> None:
    given = load_values(LEADS, {"name": "Lena Jäger", "country": "DE", "phone": "030 3766678"})
    assert given["phone"] == "+49303766678"


def test_customers_that_one_may_not_see_are_not_told(app: Flask, seller: Actor) -> None:
    organisation(email="maria@bosporus.example")
    assert matches_of(seller, lead(seller)) == []


def test_chosen_customer_is_taken_and_a_new_person_works_there(app: Flask) -> None:
    customer = organisation("Another name")
    opportunity = convert_lead(SYSTEM, lead(), {}, Conversion(customer_id=customer.id, makes_person=True, role="buys"))
    assert opportunity.customer_id == customer.id
    [(contact, person)] = people_of(SYSTEM, opportunity.id)
    assert (person.name, person.email, contact.role, contact.is_primary) == (
        "Maria Korkmaz", "maria@bosporus.example", "buys", True,
    )  # fmt: skip
    assert [each.customer_id for each in related_customers(SYSTEM, customer)] == [person.id]


def test_known_person_is_taken_and_not_related_twice(app: Flask) -> None:
    customer = organisation()
    person = create_customer(SYSTEM, {"name": "Maria Korkmaz", "kind": "person"})
    relate_person(SYSTEM, customer, person)
    opportunity = convert_lead(SYSTEM, lead(), {}, Conversion(customer_id=customer.id, person_id=person.id))
    assert [each.id for _contact, each in people_of(SYSTEM, opportunity.id)] == [person.id]
    assert len(related_customers(SYSTEM, customer)) == 1


def test_new_customer_is_made_when_that_was_chosen_whoever_is_there(app: Flask) -> None:
    known = organisation()
    opportunity = convert_lead(SYSTEM, lead(country="PL"), {}, Conversion(makes_customer=True))
    assert opportunity.customer_id != known.id
    assert db.session.get_one(Customer, opportunity.customer_id).country == "PL"


def test_customer_that_one_may_not_see_can_not_be_chosen(app: Flask, seller: Actor) -> None:
    hidden, mine = organisation(), lead(seller)
    with pytest.raises(Problem) as refused:
        convert_lead(seller, mine, {}, Conversion(customer_id=hidden.id))
    assert refused.value.status == 404
    assert count(Opportunity) == 0


def test_of_two_who_convert_at_once_one_wins(app: Flask) -> None:
    lead_id = lead().id
    db.session.rollback()
    start, outcomes = threading.Barrier(2), []

    def convert() -> None:
        with app.app_context():
            found = db.session.get_one(Lead, lead_id)
            start.wait()
            try:
                convert_lead(SYSTEM, found, {}, Conversion(makes_customer=True, makes_person=True))
                outcomes.append("won")
            except Problem as problem:
                outcomes.append(problem.code)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=convert) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["sales.lead_status_refused", "won"]
    assert (count(Opportunity), count(Customer), count(ContactRole)) == (1, 2, 1)


def test_undo_takes_back_everything_that_the_conversion_made(app: Flask) -> None:
    made = lead()
    convert_lead(SYSTEM, made, {}, Conversion(makes_customer=True, makes_person=True))
    transaction = last_transaction()
    assert transaction is not None
    undo_transaction(SYSTEM, transaction)
    assert (count(Opportunity), count(Customer), count(ContactRole)) == (0, 0, 0)
    db.session.refresh(made)
    assert (made.status, made.customer_id, made.opportunity_id) == ("new", None, None)


# Pages


def test_page_offers_the_customers_found_and_makes_the_deal(client: FlaskClient) -> None:
    customer, made = organisation("Bosporus Deli Ltd"), lead()
    url = f"/sales/leads/{made.id}/convert"
    page = client.get(url).text
    for text in ("Bosporus Deli Ltd", "same name", "A new customer: Bosporus Deli", "A new person: Maria Korkmaz"):
        assert text in page
    data = {"customer": customer.id, "person": "new", "role": "uses", "name": "Olive oil", "amount": "1200"}
    answer = client.post(url, data=data)
    opportunity = db.session.query(Opportunity).one()
    assert answer.headers["Location"].endswith(f"/sales/opportunities/{opportunity.id}")
    assert (opportunity.name, opportunity.amount, opportunity.customer_id) == ("Olive oil", Decimal(1200), customer.id)
    assert "can’t be converted any more" in client.get(url).text


def test_page_says_what_is_wrong_and_keeps_what_was_chosen(client: FlaskClient) -> None:
    made = lead()
    answer = client.post(
        f"/sales/leads/{made.id}/convert", data={"customer": "new", "person": "nobody", "amount": "lots"}
    )
    assert answer.status_code == 422
    assert "lots" in answer.text
    assert 'value="nobody" checked' in answer.text
    assert count(Customer) == 0
