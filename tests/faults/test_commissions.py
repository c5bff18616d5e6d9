"""Commissions of those who post and gather at once: they earn what the plan says, and stand in one settlement."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from core.access import system_actor
from core.customers.operations import create_customer
from core.database import db, write_unit
from core.i18n import today
from core.users import operations
from core.users.models import User
from plugins.sales.models import CommissionEntry, CommissionSettlement, Invoice
from plugins.sales.operations.commission_plans import create_plan, put_in_force
from plugins.sales.operations.invoices import create_invoice, create_invoice_line, post_invoice
from plugins.sales.operations.payments import create_payment
from plugins.sales.operations.settlements import draw_up
from plugins.sales.periods import quarter_of
from tests.at_once import at_once
from tests.conftest import PASSWORD, Site
from tests.killing import let_die

POSTERS, TIMES = 6, 3
SYSTEM = system_actor()

#: Draws settlements up and dies before that is committed.
DYING = """
import os, signal
from core.access import acting_as, system_actor
from core.app import create_app
from core.database import write_unit
from core.i18n import today
from core.settings import Settings
from plugins.sales.operations.settlements import draw_up
from plugins.sales.periods import quarter_of

app = create_app(Settings.from_environment(dict(os.environ)))
with app.app_context(), acting_as(system_actor()), write_unit():
    assert draw_up(system_actor(), quarter_of(today()))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def earner() -> User:
    """Give somebody for whom a plan of two tiers is."""
    user: User = operations.add_user(
        SYSTEM, email="eleni@example.org", role="salesperson", password=PASSWORD, name="Eleni"
    )
    tiers = {"name": "All", "tiers": "0 - 5000: 5\n5000 - : 10", "begins_on": date(today().year, 1, 1)}
    put_in_force(SYSTEM, create_plan(SYSTEM, tiers))
    return user


def drafts(owner: User, count: int) -> list[UUID]:
    """Make drafts of 1,000 each."""
    customer = create_customer(SYSTEM, {"name": "Ελαιώνες", "kind": "organisation"})
    with write_unit():
        made = [
            create_invoice(SYSTEM, {"customer_id": customer.id, "currency": "EUR", "owner_id": owner.id})
            for _each in range(count)
        ]
        for invoice in made:
            create_invoice_line(SYSTEM, {"invoice_id": invoice.id, "name": "Oil", "unit_price": 1_000, "quantity": 1})
    return [invoice.id for invoice in made]


def paid_earner() -> User:
    """Give somebody to whom what they earned of three invoices is payable."""
    owner = earner()
    for invoice_id in drafts(owner, 3):
        with write_unit() as session:
            invoice = post_invoice(SYSTEM, session.get_one(Invoice, invoice_id))
            create_payment(SYSTEM, {"invoice_id": invoice.id, "amount": invoice.gross})
    return owner


def entries() -> list[CommissionEntry]:
    return list(db.session.scalars(select(CommissionEntry)))


def test_those_who_post_at_once_earn_together_what_the_plan_says(app: Flask) -> None:
    made = drafts(earner(), POSTERS * TIMES)

    def post_some(poster: int) -> None:
        for invoice in made[poster * TIMES : (poster + 1) * TIMES]:
            with write_unit():
                post_invoice(SYSTEM, db.session.get_one(Invoice, invoice))

    at_once(app, POSTERS, post_some)
    assert sum(entry.base for entry in entries()) == 1_000 * len(made)
    assert sum(entry.earned for entry in entries()) == 250 + (1_000 * len(made) - 5_000) // 10
    assert {entry.invoice_id for entry in entries()} == set(made)


def test_what_is_payable_stands_in_one_settlement_however_many_gather_it(app: Flask) -> None:
    owner = paid_earner()
    at_once(app, POSTERS, lambda _number: draw_up(SYSTEM, quarter_of(today())))
    drawn = db.session.scalars(select(CommissionSettlement).where(CommissionSettlement.person_id == owner.id)).all()
    held = [entry for entry in entries() if entry.payable]
    assert sum(settlement.amount for settlement in drawn) == sum(entry.payable for entry in held) == Decimal(150)
    assert {entry.settlement_id for entry in held} == {settlement.id for settlement in drawn}
    assert len(drawn) == 1


def test_who_dies_while_gathering_has_gathered_nothing_and_the_next_one_gathers_all(app: Flask, site: Site) -> None:
    owner_id = paid_earner().id
    db.session.remove()
    let_die(site, DYING)
    assert db.session.scalars(select(CommissionSettlement)).all() == []
    assert {entry.settlement_id for entry in entries()} == {None}
    [drawn] = draw_up(SYSTEM, quarter_of(today()))
    assert (drawn.person_id, drawn.amount) == (owner_id, Decimal(150))
