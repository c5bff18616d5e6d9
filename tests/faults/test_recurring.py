"""A worker that is killed while it makes what is due again: each day's order is made once, by whoever comes next."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from core.access import system_actor
from core.customers.operations import create_customer
from core.database import db, write_unit
from core.i18n import today
from plugins.sales.models import Order, RecurringOrder, RepeatedOrder
from plugins.sales.operations.documents import create_line
from plugins.sales.operations.orders import ORDER_KIND, confirm_order, create_order
from plugins.sales.operations.recurring import create_recurring_order, make_due_orders
from tests.conftest import Site
from tests.killing import let_die

MISSED = 4

#: Makes what is due and dies: before the second order is committed, or right after.
DYING = """
import os, signal, sys
from uuid import UUID
from core.access import acting_as, system_actor
from core.app import create_app
from core.settings import Settings
from plugins.sales.operations import recurring

def dying(function, calls=[]):
    def call(*arguments, **named):
        calls.append(function)
        if len(calls) == 2 and sys.argv[2] == "before":
            function(*arguments, **named)
        if len(calls) == (2 if sys.argv[2] == "before" else 3):
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **named)
    return call

recurring.notify = dying(recurring.notify)
app = create_app(Settings.from_environment(dict(os.environ)))
with app.app_context(), acting_as(system_actor()):
    recurring.make_due_orders(UUID(sys.argv[1]))
"""


@pytest.mark.parametrize(("moment", "left"), [("before", MISSED - 1), ("after", MISSED - 2)])
def test_who_is_killed_has_made_each_order_once_or_not_at_all(app: Flask, site: Site, moment: str, left: int) -> None:
    system = system_actor()
    customer = create_customer(system, {"name": "Ελαιώνες", "kind": "organisation"})
    order = create_order(system, {"customer_id": customer.id, "currency": "EUR"})
    create_line(ORDER_KIND, system, {"order_id": order.id, "name": "Oil", "unit_price": 10})
    recurring = create_recurring_order(
        system, {"order_id": confirm_order(system, order).id, "every": 1, "unit": "weeks"}
    )
    with write_unit():
        recurring.begins_on = recurring.next_on = today() - timedelta(weeks=MISSED - 1)
    recurring_id = recurring.id
    db.session.remove()
    let_die(site, DYING, recurring_id, moment)
    made = db.session.scalars(select(RepeatedOrder)).all()
    assert len(made) == db.session.get_one(RecurringOrder, recurring_id).made == MISSED - left
    assert make_due_orders(recurring_id) == left
    assert len(db.session.scalars(select(Order).where(Order.status == "draft")).all()) == MISSED
    assert make_due_orders(recurring_id) == 0
