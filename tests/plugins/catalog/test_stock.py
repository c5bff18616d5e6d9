"""What is on hand, expected and promised: what can be promised for a day, and that nobody gets another's promise."""

from datetime import date
from decimal import Decimal
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.access import system_actor
from core.database import JournalEntry, db, new_id, utc_now, write_unit
from core.problems import Problem
from core.records.history import undo_transaction
from core.records.operations import bin_record, restore_record
from plugins.catalog.api import StockRequest, availability_of, consume, held_for, release, reserve
from plugins.catalog.models import Product, Reservation, StockLevel, StockMovement
from plugins.catalog.operations import stock as operations
from plugins.catalog.operations.products import create_product
from plugins.catalog.operations.stock import (
    create_delivery,
    create_level,
    create_movement,
    create_reservation,
    keep_promises,
    update_delivery,
    update_level,
    update_reservation,
)
from plugins.catalog.records import MOVEMENTS, RESERVATIONS, STOCK_LEVELS
from plugins.catalog.stock import availability_on

DAY = date(2026, 11, 22)
LATER = date(2026, 12, 12)


@pytest.fixture
def tin(app: Any) -> Product:
    return create_product(system_actor(), {"name": "Tin, 5 l"})


def stock(product: Product, units: int, location: str = "") -> StockLevel:
    return create_level(system_actor(), {"product_id": product.id, "location": location, "on_hand": Decimal(units)})


def order() -> tuple[str, UUID]:
    return "sales.order", new_id()


def promise(
    product: Product, units: int, day: date = DAY, reference: tuple[str, UUID] | None = None
) -> list[Reservation]:
    return reserve(system_actor(), [StockRequest(product.id, Decimal(units))], day, reference or order())


def available(product: Product, day: date = DAY) -> Decimal:
    return availability_of([product.id], day)[product.id].available


def figures(product: Product) -> list[int]:
    """Give what is on hand, reserved, due and available today."""
    found = availability_of([product.id], DAY)[product.id]
    return [int(each) for each in (found.on_hand, found.reserved, found.due, found.available)]


def left_for(reference: tuple[str, UUID]) -> list[int]:
    return [int(each.quantity) for each in held_for(reference)]


def test_what_is_promised_is_promised_once(tin: Product) -> None:
    stock(tin, 10)
    promise(tin, 7)
    with pytest.raises(Problem) as refused:
        promise(tin, 4)
    assert (refused.value.status, refused.value.code) == (409, "catalog.not_available")
    assert refused.value.message == "Tin, 5 l: 4 wanted, 3 available."
    assert refused.value.extra == {"available": {str(tin.id): "3"}}
    promise(tin, 3)
    assert available(tin) == 0


def test_all_of_an_order_is_promised_or_nothing(tin: Product) -> None:
    jar = create_product(system_actor(), {"name": "Jar"})
    stock(tin, 10)
    stock(jar, 1)
    wanted = [StockRequest(tin.id, Decimal(5)), StockRequest(jar.id, Decimal(1)), StockRequest(jar.id, Decimal(1))]
    with pytest.raises(Problem):
        reserve(system_actor(), wanted, DAY, order())
    assert [available(tin), available(jar)] == [10, 1]


def test_what_isnt_kept_in_stock_needs_no_promise(tin: Product) -> None:
    service = create_product(system_actor(), {"name": "Training"})
    stock(tin, 1)
    wanted = [
        StockRequest(service.id, Decimal(99)),
        StockRequest(tin.id, Decimal(-5)),
        StockRequest(tin.id, Decimal(1)),
    ]
    assert [each.product_id for each in reserve(system_actor(), wanted, DAY, order())] == [tin.id]
    assert service.id not in availability_of([service.id], DAY)
    consume(system_actor(), order(), [StockRequest(service.id, Decimal(99))])


def test_what_is_due_by_the_day_can_be_promised_for_it(tin: Product) -> None:
    stock(tin, 2)
    create_delivery(system_actor(), {"product_id": tin.id, "quantity": Decimal(10), "due_on": date(2026, 12, 9)})
    assert [available(tin), available(tin, LATER)] == [2, 12]
    promise(tin, 11, LATER)
    assert figures(tin) == [2, 11, 0, 1]


def test_a_promise_for_later_is_kept_from_todays_buyers_only_where_it_must_be(tin: Product) -> None:
    stock(tin, 10)
    create_delivery(system_actor(), {"product_id": tin.id, "quantity": Decimal(10), "due_on": date(2026, 12, 9)})
    promise(tin, 10, LATER)
    assert available(tin) == 10
    promise(tin, 4, date(2026, 12, 20))
    assert available(tin) == 6


def test_a_delivery_that_came_is_stock(tin: Product) -> None:
    stock(tin, 1)
    due = create_delivery(system_actor(), {"product_id": tin.id, "quantity": Decimal(10), "due_on": DAY})
    update_delivery(system_actor(), due, {"received_on": DAY})
    assert figures(tin) == [11, 0, 0, 11]
    with pytest.raises(Problem) as refused:
        update_delivery(system_actor(), due, {"quantity": Decimal(99)})
    assert refused.value.code == "catalog.booked"


def test_handing_over_takes_the_promise_and_the_stock_in_parts(tin: Product) -> None:
    stock(tin, 10)
    ours = order()
    promise(tin, 6, reference=ours)
    consume(system_actor(), ours, [StockRequest(tin.id, Decimal(4))])
    assert (left_for(ours), figures(tin)) == ([2], [6, 2, 0, 4])
    release(ours)
    assert (left_for(ours), figures(tin)) == ([], [6, 0, 0, 6])


def test_handing_over_never_takes_what_others_were_promised(tin: Product) -> None:
    stock(tin, 10)
    ours = order()
    promise(tin, 3, reference=ours)
    promise(tin, 6)
    with pytest.raises(Problem):
        consume(system_actor(), ours, [StockRequest(tin.id, Decimal(5))])
    assert (left_for(ours), figures(tin)) == ([3], [10, 9, 0, 1])
    consume(system_actor(), ours, [StockRequest(tin.id, Decimal(4))])
    assert (left_for(ours), figures(tin)) == ([], [6, 6, 0, 0])


def test_on_hand_is_the_sum_of_its_movements(tin: Product) -> None:
    level = stock(tin, 10, "Πάτρα")
    create_movement(
        system_actor(), {"product_id": tin.id, "location": "Łódź", "quantity": Decimal(5), "kind": "receipt"}
    )
    update_level(system_actor(), level, {"on_hand": Decimal(7)})
    rows = db.session.query(StockMovement).order_by(StockMovement.created_at, StockMovement.id).all()
    assert [(row.location, int(row.quantity), row.kind) for row in rows] == [
        ("Πάτρα", 10, "count"), ("Łódź", 5, "receipt"), ("Πάτρα", -3, "count"),
    ]  # fmt: skip
    assert availability_of([tin.id], DAY)[tin.id].on_hand == 12
    with pytest.raises(Problem):
        create_movement(
            system_actor(), {"product_id": tin.id, "location": "Łódź", "quantity": Decimal(-6), "kind": "issue"}
        )


def test_what_is_booked_is_neither_changed_nor_binned(client: FlaskClient, tin: Product) -> None:
    stock(tin, 10)
    movement = db.session.query(StockMovement).one()
    assert client.post(f"/catalog/movements/{movement.id}/edit", data={"quantity": "99"}).status_code in (405, 409)
    with pytest.raises(Problem) as refused:
        bin_record(system_actor(), MOVEMENTS, movement)
    assert refused.value.status == 409


def test_a_level_is_kept_once_for_a_place(tin: Product) -> None:
    level = stock(tin, 10, "Πάτρα")
    with pytest.raises(Problem) as refused:
        stock(tin, 1, "Πάτρα")
    assert set(refused.value.fields) == {"location"}
    with pytest.raises(Problem):
        update_level(system_actor(), level, {"location": "Łódź"})


def test_people_hold_units_back_and_let_them_go(tin: Product) -> None:
    stock(tin, 10)
    values = {"product_id": tin.id, "quantity": Decimal(8), "due_on": DAY, "reason": "The fair"}
    held = create_reservation(system_actor(), values)
    with pytest.raises(Problem):
        create_reservation(system_actor(), {**values, "quantity": Decimal(3)})
    update_reservation(system_actor(), held, {"quantity": Decimal(10)})
    with pytest.raises(Problem):
        update_reservation(system_actor(), held, {"quantity": Decimal(11)})
    assert available(tin) == 0
    bin_record(system_actor(), RESERVATIONS, held)
    assert available(tin) == 10


def held_back(product: Product, units: int) -> Reservation:
    return create_reservation(system_actor(), {"product_id": product.id, "quantity": Decimal(units), "due_on": DAY})


def test_what_was_let_go_comes_back_only_where_there_is_enough(tin: Product) -> None:
    stock(tin, 10)
    held = held_back(tin, 4)
    bin_record(system_actor(), RESERVATIONS, held)
    ours = order()
    promise(tin, 7, reference=ours)
    with pytest.raises(Problem) as refused:
        restore_record(system_actor(), RESERVATIONS, held)
    assert (refused.value.status, refused.value.code) == (409, "catalog.not_available")
    assert refused.value.message == "Tin, 5 l: 4 wanted, 3 available."
    assert figures(tin) == [10, 7, 0, 3]
    release(ours)
    restore_record(system_actor(), RESERVATIONS, held)
    assert figures(tin) == [10, 4, 0, 6]


def test_an_undo_promises_nothing_twice(tin: Product) -> None:
    stock(tin, 10)
    held = held_back(tin, 4)
    update_reservation(system_actor(), held, {"quantity": Decimal(1)})
    told = select(JournalEntry.transaction_id).where(JournalEntry.record_id == held.id)
    lowered = db.session.scalars(told.order_by(JournalEntry.sequence.desc()).limit(1)).one()
    ours = order()
    promise(tin, 8, reference=ours)
    with pytest.raises(Problem) as refused:
        undo_transaction(system_actor(), lowered)
    assert refused.value.code == "catalog.not_available"
    assert figures(tin) == [10, 9, 0, 1]
    release(ours)
    undo_transaction(system_actor(), lowered)
    assert figures(tin) == [10, 4, 0, 6]


def test_what_comes_back_counts_what_is_promised_for_later(tin: Product) -> None:
    stock(tin, 10)
    held = held_back(tin, 10)
    bin_record(system_actor(), RESERVATIONS, held)
    promise(tin, 1, LATER)
    with pytest.raises(Problem) as refused:
        restore_record(system_actor(), RESERVATIONS, held)
    assert refused.value.extra == {"available": {str(tin.id): "9"}}


def test_what_comes_back_waits_like_a_new_reservation(tin: Product) -> None:
    level = stock(tin, 10)
    held = held_back(tin, 4)
    bin_record(system_actor(), RESERVATIONS, held)
    taken: list[Any] = []
    with mock.patch.object(operations, "lock_levels", side_effect=lambda products: taken.append(list(products))):
        restore_record(system_actor(), RESERVATIONS, held)
    assert (taken, int(level.on_hand)) == ([[tin.id]], 10)


def test_what_isnt_kept_in_stock_any_more_comes_back_as_it_is(tin: Product) -> None:
    level = stock(tin, 4)
    held = held_back(tin, 4)
    bin_record(system_actor(), RESERVATIONS, held)
    update_level(system_actor(), level, {"on_hand": Decimal(0)})
    bin_record(system_actor(), STOCK_LEVELS, level)
    restore_record(system_actor(), RESERVATIONS, held)
    with pytest.raises(Problem) as refused:
        restore_record(system_actor(), STOCK_LEVELS, level)
    assert refused.value.message == "4 would be missing for what is promised."


def test_a_level_stays_while_units_are_there_or_promised(tin: Product) -> None:
    level = stock(tin, 4)
    held = held_back(tin, 4)
    with pytest.raises(Problem) as refused:
        bin_record(system_actor(), STOCK_LEVELS, level)
    assert (refused.value.status, refused.value.code) == (409, "catalog.level_used")
    assert refused.value.message == "4 are on hand there; book them out first."
    update_level(system_actor(), level, {"on_hand": Decimal(0)})
    with pytest.raises(Problem) as refused:
        bin_record(system_actor(), STOCK_LEVELS, level)
    assert refused.value.message == "4 of it are promised; let them go first."
    with pytest.raises(Problem):
        promise(tin, 1)
    bin_record(system_actor(), RESERVATIONS, held)
    bin_record(system_actor(), STOCK_LEVELS, level)
    assert availability_of([tin.id], DAY) == {}
    restore_record(system_actor(), STOCK_LEVELS, level)
    assert figures(tin) == [0, 0, 0, 0]


def take_away(level: StockLevel) -> None:
    """Put a level into the bin with what is on hand there, as an undo does."""
    with write_unit():
        level.deleted_at = utc_now()
        keep_promises(system_actor(), level)


def test_what_an_undo_takes_away_leaves_what_is_promised(tin: Product) -> None:
    _near, far = stock(tin, 5, "Πάτρα"), stock(tin, 2, "Łódź")
    promise(tin, 4)
    take_away(far)
    with write_unit():
        far.deleted_at = None
    promise(tin, 2)
    with pytest.raises(Problem) as refused:
        take_away(far)
    assert refused.value.message == "1 would be missing for what is promised."


def test_an_empty_place_goes_while_another_keeps_the_promise(tin: Product) -> None:
    empty, full = stock(tin, 0, "Πάτρα"), stock(tin, 5, "Łódź")
    promise(tin, 5)
    bin_record(system_actor(), STOCK_LEVELS, empty)
    assert (figures(tin), full.deleted_at) == ([5, 5, 0, 0], None)
    restore_record(system_actor(), STOCK_LEVELS, empty)
    assert figures(tin) == [5, 5, 0, 0]


def test_what_an_order_holds_is_left_to_the_order(client: FlaskClient, api: FlaskClient, tin: Product) -> None:
    stock(tin, 10)
    [held] = promise(tin, 4)
    changed = api.patch(f"/api/v1/catalog/reservations/{held.id}", json={"quantity": "1"})
    assert changed.status_code == 409
    assert "held by Order; change or cancel that instead" in changed.text
    gone = api.delete(f"/api/v1/catalog/reservations/{held.id}")
    assert gone.status_code == 409
    assert "it is used by Order" in gone.text
    db.session.refresh(held)
    assert (int(held.quantity), held.deleted_at) == (4, None)


def test_hook_crm_stock_arrived_is_told_what_came_in_and_may_stop_it(tin: Product, answering: Any) -> None:
    stock(tin, 10)
    told: list[tuple[UUID, list[int]]] = []

    def promise_or_stop(product: UUID) -> None:
        told.append((product, figures(tin)))
        if len(told) > 1:
            raise Problem("full", "No room for more.", status=409)

    answering(crm_stock_arrived=promise_or_stop)
    values = {"product_id": tin.id, "location": "", "quantity": Decimal(5), "kind": "receipt"}
    create_movement(system_actor(), values)
    create_movement(system_actor(), {**values, "quantity": Decimal(-5), "kind": "issue"})
    with pytest.raises(Problem, match="No room for more"):
        create_movement(system_actor(), values)
    assert told == [(tin.id, [15, 0, 0, 15])] * 2
    db.session.rollback()
    assert figures(tin) == [10, 0, 0, 10]


def test_availability_of_many_products_is_three_statements(tin: Product, statements: list[str]) -> None:
    products = [create_product(system_actor(), {"name": f"P{place}"}) for place in range(20)]
    for each in products:
        stock(each, 5)
    del statements[:]
    assert {each.available for each in availability_of([each.id for each in products], DAY).values()} == {Decimal(5)}
    assert len(statements) == 3


def test_stock_stands_beside_its_product_and_goes_through_the_api(
    client: FlaskClient, api: FlaskClient, tin: Product
) -> None:
    assert "It isn&#39;t kept in stock." in client.get(f"/catalog/products/{tin.id}").text
    made = api.post("/api/v1/catalog/stock", json={"product": str(tin.id), "location": "Πάτρα", "on_hand": "1960"})
    assert made.status_code == 201
    wanted = {"product": str(tin.id), "quantity": "310", "due_on": "2026-12-01"}
    assert api.post("/api/v1/catalog/reservations", json=wanted).status_code == 201
    assert api.post("/api/v1/catalog/reservations", json={**wanted, "quantity": "1651"}).status_code == 409
    expected = {**wanted, "quantity": "1800", "due_on": "2026-12-09"}
    assert api.post("/api/v1/catalog/expected", json=expected).status_code == 201
    page = client.get(f"/catalog/products/{tin.id}").text
    assert [text for text in ("1,650 available", "1,960", "310", "Πάτρα") if text not in page] == []


units = st.lists(
    st.tuples(st.dates(date(2026, 11, 1), date(2026, 12, 31)), st.integers(1, 50).map(Decimal)), max_size=8
)


@given(st.integers(0, 100).map(Decimal), units, units, st.dates(date(2026, 11, 1), date(2026, 12, 31)))
def test_a_promise_that_is_available_breaks_no_other(
    on_hand: Decimal, expected: list[tuple[date, Decimal]], promised: list[tuple[date, Decimal]], day: date
) -> None:
    kept: list[tuple[date, Decimal]] = []
    for due, wanted in [*promised, (day, Decimal(1))]:
        if availability_on(due, on_hand, expected, kept).available >= wanted:
            kept.append((due, wanted))
    for due, _wanted in kept:
        supply = on_hand + sum(units for each, units in expected if each <= due)
        assert supply >= sum(units for each, units in kept if each <= due)
