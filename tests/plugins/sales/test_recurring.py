"""Recurring orders: their days, each day's order once, what was missed, at whose prices, and what may follow what."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from core.access import Actor, system_actor
from core.database import db, write_unit
from core.i18n import today
from core.jobs import enqueue
from core.jobs.worker import run_next_job
from core.notifications.models import Notification
from core.problems import Problem
from core.records.operations import bin_record, create_record, restore_record, update_record
from plugins.catalog.models import Product
from plugins.catalog.operations.prices import create_price
from plugins.sales import jobs
from plugins.sales.models import Order, RecurringOrder, RepeatedOrder
from plugins.sales.operations.orders import cancel_order, confirm_order
from plugins.sales.operations.recurring import MOST_MISSED, RECURRING_MOVES, make_due_orders, set_recurring_status
from plugins.sales.queries.orders import lines_of_order
from plugins.sales.records import ORDER_LINES, ORDERS, RECURRING_ORDERS
from plugins.sales.recurrence import Rhythm
from plugins.sales.schemas.recurring import RECURRING_STATUSES
from tests.at_once import at_once

SYSTEM = system_actor()
WEEK = timedelta(weeks=1)

days = some.dates(date(1990, 1, 1), date(2100, 12, 31))
rhythms = some.builds(Rhythm, days, some.integers(1, 120), some.sampled_from(("weeks", "months")))


@given(rhythms, days)
def test_first_day_from_any_day_is_the_first_of_the_days_that_is_not_before_it(rhythm: Rhythm, day: date) -> None:
    found = rhythm.first_from(day)
    number = next(each for each in range(10_000) if (rhythm.day(each) or date.max) >= day)
    assert found == rhythm.day(number)
    assert found is not None
    assert rhythm.first_from(found) == found


@given(rhythms)
def test_days_follow_each_other_and_keep_their_day_of_the_month_or_the_last_of_a_shorter_one(rhythm: Rhythm) -> None:
    found = list(islice(rhythm.days_from(rhythm.begins_on), 40))
    assert found[0] == rhythm.begins_on
    assert found == sorted(set(found))
    for day in found:
        if rhythm.unit == "weeks":
            assert day.weekday() == rhythm.begins_on.weekday()
        else:
            is_last = (day + timedelta(days=1)).day == 1
            assert day.day == rhythm.begins_on.day or (is_last and day.day < rhythm.begins_on.day)


def test_the_31st_comes_on_the_28th_of_february_and_on_the_31st_again() -> None:
    found = list(islice(Rhythm(date(2027, 1, 31), 1, "months").days_from(date(2027, 1, 1)), 4))
    assert found == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]


def test_days_end_where_the_calendar_does() -> None:
    assert list(Rhythm(date(9999, 11, 30), 1, "months").days_from(date(9999, 11, 1))) == [
        date(9999, 11, 30),
        date(9999, 12, 30),
    ]
    assert Rhythm(date(9999, 12, 25), 1, "weeks").first_from(date(9999, 12, 26)) is None


def draft(customer: Any, lines: list[dict[str, Any]]) -> Order:
    order: Order = create_record(SYSTEM, ORDERS, {"name": "Oil", "customer": str(customer.id), "currency": "EUR"})
    for line in lines:
        create_record(SYSTEM, ORDER_LINES, {"order": str(order.id), **line})
    return order


@pytest.fixture
def order(customer: Any) -> Order:
    """Give a confirmed order of ten cans and a transport."""
    cans = {"name": "Can of 5 l", "quantity": "10", "unit_price": "24.90", "discount": "10"}
    return confirm_order(SYSTEM, draft(customer, [cans, {"name": "Transport", "unit_price": "100"}]))


def repeat(order: Order, **values: Any) -> RecurringOrder:
    made: RecurringOrder = create_record(SYSTEM, RECURRING_ORDERS, {"order": str(order.id), "unit": "weeks", **values})
    return made


def missed(order: Order, weeks: int, **values: Any) -> RecurringOrder:
    """Let an order be repeated each week, of which so many weeks were missed and today is the last."""
    recurring = repeat(order, **values)
    with write_unit():
        recurring.begins_on = recurring.next_on = today() - (weeks - 1) * WEEK
    return recurring


def made_of(recurring: RecurringOrder) -> dict[date, Order]:
    db.session.expire_all()
    rows = select(RepeatedOrder.due_on, Order).join(Order, Order.id == RepeatedOrder.order_id)
    rows = rows.where(RepeatedOrder.recurring_order_id == recurring.id).order_by(RepeatedOrder.due_on)
    return {row.due_on: row.Order for row in db.session.execute(rows)}


def refused(change: Callable[[], Any]) -> str:
    with pytest.raises(Problem) as caught:
        change()
    return caught.value.code


def test_due_order_is_a_draft_with_the_same_lines_and_its_owner_is_told(order: Order, seller: Actor) -> None:
    recurring = repeat(order, owner=str(seller.user_id), begins_on=today().isoformat())
    assert (recurring.name, recurring.customer_id) == ("Oil", order.customer_id)
    assert [make_due_orders(recurring.id), make_due_orders(recurring.id)] == [1, 0]
    [(day, copy)] = made_of(recurring).items()
    assert (day, copy.status, copy.number, copy.due_on) == (today(), "draft", None, today())
    assert (copy.customer_id, copy.owner_id, copy.gross) == (order.customer_id, seller.user_id, order.gross)
    kept = ("name", "quantity", "unit_price", "discount", "net")
    assert [[getattr(line, name) for name in kept] for line in lines_of_order(copy)] == [
        [getattr(line, name) for name in kept] for line in lines_of_order(order)
    ]
    [told] = db.session.scalars(select(Notification).where(Notification.user_id == seller.user_id))
    assert (told.text, told.url) == ("“Oil” is due again: confirm the order.", f"/sales/orders/{copy.id}")
    assert (recurring.made, recurring.next_on) == (1, today() + WEEK)


def test_what_is_not_due_paused_or_in_the_bin_makes_nothing(order: Order) -> None:
    later = repeat(order, begins_on=(today() + WEEK).isoformat())
    paused = set_recurring_status(SYSTEM, repeat(order), "paused")
    binned = repeat(order)
    bin_record(SYSTEM, RECURRING_ORDERS, binned)
    assert [make_due_orders(each.id) for each in (later, paused, binned)] == [0, 0, 0]
    restore_record(SYSTEM, RECURRING_ORDERS, binned)
    assert make_due_orders(binned.id) == 1


def test_what_repeats_a_cancelled_order_stops_and_says_why(order: Order) -> None:
    recurring = repeat(order, begins_on=today().isoformat())
    cancel_order(SYSTEM, order)
    assert make_due_orders(recurring.id) == 0
    assert (recurring.status, recurring.made) == ("paused", 0)
    assert f"{order.number}, was cancelled. Name another one." in str(recurring.note)
    assert refused(lambda: set_recurring_status(SYSTEM, recurring, "active")) == "sales.not_repeatable"


def test_job_makes_what_is_due_of_all(order: Order) -> None:
    several = [repeat(order, begins_on=today().isoformat()) for _each in range(3)]
    enqueue(jobs.make_recurring_orders)
    run_next_job("worker")
    assert [len(made_of(each)) for each in several] == [1, 1, 1]


def test_of_what_was_missed_each_day_is_made_but_no_more_than_twelve(order: Order) -> None:
    few, many = missed(order, 3), missed(order, MOST_MISSED + 3, note="By phone")
    assert (make_due_orders(few.id), make_due_orders(many.id)) == (3, MOST_MISSED)
    assert list(made_of(few)) == [today() - 2 * WEEK, today() - WEEK, today()]
    assert next(iter(made_of(many))) == today() - (MOST_MISSED - 1) * WEEK
    assert few.note is None
    first, second = (many.note or "").splitlines()
    assert first == "By phone"
    assert "3 days that were missed are skipped" in second


def test_it_ends_after_its_last_day_or_its_last_order(order: Order) -> None:
    counted = missed(order, 5, ends_after=2)
    dated = missed(order, 5)
    with write_unit():
        dated.ends_on = today() - WEEK
    assert (make_due_orders(counted.id), make_due_orders(dated.id)) == (2, 4)
    assert {(each.status, each.next_on) for each in (counted, dated)} == {("ended", None)}


@pytest.mark.parametrize(("pricing", "price"), [("kept", "20"), ("anew", "30")])
def test_prices_are_kept_or_taken_anew_but_what_a_seller_wrote_stays(customer: Any, pricing: str, price: str) -> None:
    with write_unit() as session:
        product = Product(name="Tin")
        session.add(product)
    listed = create_price(SYSTEM, {"product_id": product.id, "amount": Decimal(20)})
    by_hand = {"product": str(product.id), "unit_price": "17"}
    order = confirm_order(SYSTEM, draft(customer, [{"product": str(product.id)}, by_hand]))
    recurring = repeat(order, pricing=pricing)
    with write_unit():
        listed.amount = Decimal(30)
    make_due_orders(recurring.id)
    [copy] = made_of(recurring).values()
    assert [line.unit_price for line in lines_of_order(copy)] == [Decimal(price), Decimal(17)]


def test_what_cannot_be_made_is_paused_and_its_owner_told_why(customer: Any, seller: Actor) -> None:
    with write_unit() as session:
        product = Product(name="Tin")
        session.add(product)
    listed = create_price(SYSTEM, {"product_id": product.id, "amount": Decimal(20)})
    order = confirm_order(SYSTEM, draft(customer, [{"product": str(product.id)}]))
    recurring = repeat(order, pricing="anew", owner=str(seller.user_id))
    with write_unit() as session:
        session.delete(listed)
    assert make_due_orders(recurring.id) == 0
    assert (recurring.status, made_of(recurring)) == ("paused", {})
    assert "No price list has a price for “Tin”" in (recurring.note or "")
    [told] = db.session.scalars(select(Notification).where(Notification.user_id == seller.user_id))
    assert told.text.startswith("“Oil” is paused: No price list has a price")


def test_going_on_begins_with_the_first_day_that_is_not_past(order: Order) -> None:
    recurring = missed(order, 3)
    set_recurring_status(SYSTEM, recurring, "paused")
    with write_unit():
        recurring.begins_on = recurring.next_on = today() - 10 * WEEK + timedelta(days=2)
    set_recurring_status(SYSTEM, recurring, "active")
    assert recurring.next_on == today() + timedelta(days=2)


@pytest.mark.parametrize("old", RECURRING_STATUSES)
def test_only_what_the_table_lists_follows(order: Order, old: str) -> None:
    for new in RECURRING_STATUSES:
        recurring = repeat(order)
        with write_unit():
            recurring.status = old
        if new in RECURRING_MOVES[old]:
            assert set_recurring_status(SYSTEM, recurring, new).status == new
        else:
            code = refused(lambda each=recurring, status=new: set_recurring_status(SYSTEM, each, status))  # type: ignore[misc]
            assert code == "sales.recurring_refused"


def test_only_a_confirmed_order_is_repeated_and_it_cannot_end_before_it_begins(order: Order, customer: Any) -> None:
    cancelled = cancel_order(SYSTEM, confirm_order(SYSTEM, draft(customer, [{"name": "Box", "unit_price": "1"}])))
    for other in (cancelled, draft(customer, [])):
        assert refused(lambda each=other: repeat(each)) == "sales.not_repeatable"  # type: ignore[misc]
    before = (today() - WEEK).isoformat()
    assert refused(lambda: repeat(order, ends_on=before)) == "sales.bad_days"


def test_what_begins_in_the_past_makes_nothing_of_it(order: Order) -> None:
    recurring = repeat(order, begins_on=(today() - 5 * WEEK - timedelta(days=1)).isoformat())
    assert recurring.next_on == today() + timedelta(days=6)


def test_another_rhythm_never_makes_a_day_again(order: Order) -> None:
    recurring = repeat(order, begins_on=today().isoformat())
    make_due_orders(recurring.id)
    update_record(SYSTEM, RECURRING_ORDERS, recurring, {"every": 2})
    assert recurring.next_on == today() + 2 * WEEK
    update_record(SYSTEM, RECURRING_ORDERS, recurring, {"ends_on": (today() + WEEK).isoformat()})
    assert recurring.status == "ended"
    assert (
        refused(lambda: update_record(SYSTEM, RECURRING_ORDERS, recurring, {"every": 1})) == "sales.recurring_refused"
    )
    update_record(SYSTEM, RECURRING_ORDERS, recurring, {"note": "They moved"})


def test_workers_at_once_make_each_order_once(app: Flask, order: Order) -> None:
    recurring = missed(order, 4)
    recurring_id = recurring.id
    made: list[int] = []
    at_once(app, 4, lambda _number: made.append(make_due_orders(recurring_id)))
    assert sum(made) == 4
    assert len(made_of(db.session.get_one(RecurringOrder, recurring_id))) == 4
    assert len(db.session.scalars(select(Order).where(Order.status == "draft")).all()) == 4


def test_page_of_an_order_offers_to_repeat_it_and_says_when_it_comes_again(client: FlaskClient, order: Order) -> None:
    page = client.get(f"/sales/orders/{order.id}").text
    assert f"/sales/recurring-orders/new?order={order.id}" in page
    data = {"order": str(order.id), "every": "2", "unit": "weeks", "begins_on": "2099-03-02", "pricing": "kept"}
    made = client.post("/sales/recurring-orders", data=data)
    assert made.status_code == 303
    assert "Repeats every 2 weeks, next on" in client.get(f"/sales/orders/{order.id}").text
    url = made.headers["Location"]
    assert client.post(f"{url}/status/paused").status_code in (204, 303)
    page = client.get(url).text
    assert "Repeats every 2 weeks, paused" in page
    assert f"{url}/status/active" in page
    assert f"{url}/status/paused" not in page
