"""A customer's page with everything that sales has for it: within its budget of statements, each seeing their own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient

from core.access import Actor, Scope, system_actor
from core.customers.operations import add_person, create_customer
from core.database import db, utc_now, write_unit
from plugins.sales.models import Assignment, Invoice, Opportunity
from plugins.sales.operations.invoices import post_invoice
from plugins.sales.operations.plans import create_account_plan
from plugins.sales.operations.quotes import create_quote, update_quote
from plugins.sales.queries.overdue import overdue_of_customers
from plugins.sales.queries.papers import papers_of
from plugins.sales.queries.quotes import quotes_of_customer
from tests.conftest import staff
from tests.plugins.sales.invoicing import draft

Deal = Callable[..., Opportunity]
SYSTEM = system_actor()
#: Of specs/performance.md.
BUDGET = 8


@pytest.fixture
def known(posted: Invoice, taxed: Any, deal: Deal) -> Any:
    """Give a customer with a deal, two quotes, an invoice, a plan and somebody to talk to, given away by a rule."""
    deal(customer_id=taxed.id)
    for name in ("First offer", "Second offer"):
        create_quote(SYSTEM, {"customer_id": taxed.id, "name": name})
    create_account_plan(SYSTEM, {"customer_id": taxed.id, "goals": "Double the tins"})
    add_person(SYSTEM, taxed, {"name": "Άννα Ρήγα"})
    with write_unit() as session:
        session.add(Assignment(customer_id=taxed.id, rule_name="By turns", method="turn"))
    return taxed


def test_page_with_deals_quotes_and_invoices_costs_eight_statements_and_a_plan_one_for_its_next_step(
    client: FlaskClient, known: Any, posted: Invoice, statements: list[str]
) -> None:
    page = f"/customers/{known.id}"
    client.get(page)
    db.session.rollback()  # what was read once is forgotten, as it is between two requests
    statements.clear()
    text = client.get(page).text
    assert len(statements) <= BUDGET + 1, "\n".join(each[:90] + " … " + each[-150:] for each in statements)
    assert len([each for each in statements if "sales_assignment" in each]) == 1
    everything = ("First offer", "Second offer", posted.number or "?", "Double the tins", "Frame contract", "By turns")
    for told in (*everything, "Άννα Ρήγα"):
        assert told in text


def test_papers_are_those_that_the_actor_may_see(known: Any, seller: Actor) -> None:
    everything = papers_of(SYSTEM, known.id)
    assert [len(each) for each in (everything.quotes, everything.invoices, everything.plans)] == [2, 1, 1]
    nothing = papers_of(seller, known.id)
    assert (nothing.quotes, nothing.invoices, nothing.plans) == ([], [], [])
    only_quotes = papers_of(staff(sales__quote__view=Scope.all), known.id)
    assert (len(only_quotes.quotes), only_quotes.invoices, only_quotes.plans) == (2, [], [])


def test_quotes_come_by_their_last_change_and_page_by_moment(known: Any) -> None:
    newest_first = quotes_of_customer(SYSTEM, known.id)
    assert [each.name for each in newest_first] == ["Second offer", "First offer"]
    update_quote(SYSTEM, newest_first[1], {"introduction": "Once more"})
    assert [each.name for each in quotes_of_customer(SYSTEM, known.id)] == ["Second offer", "First offer"]
    assert quotes_of_customer(SYSTEM, known.id, utc_now() - timedelta(days=1)) == []
    assert [each.name for each in quotes_of_customer(SYSTEM, known.id, text="first")] == ["First offer"]


def test_what_is_overdue_of_one_customer_is_what_the_batch_says(known: Any, posted: Invoice) -> None:
    other = create_customer(SYSTEM, {"name": "Nobody owes", "kind": "organisation"})
    for number in range(2):
        with time_machine.travel(utc_now() - timedelta(days=90 + number), tick=False):
            post_invoice(SYSTEM, draft(known, (("Crate", "2", "7.35"),)))
    of_one = [tuple(row) for row in overdue_of_customers(SYSTEM, [known.id])]
    assert of_one == [tuple(row) for row in overdue_of_customers(SYSTEM, [known.id, other.id])]
    assert [(currency, count) for _customer, currency, count, _amount, _since in of_one] == [("EUR", 2)]
    assert overdue_of_customers(SYSTEM, [other.id]) == []
