"""The rules of stock: nobody is promised what somebody else was, and what is on hand changes by movements alone.

Whoever reads what is available in order to promise it locks the products' levels first, so that others wait.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pelatis.api import Actor, Problem, _, change_record, db, demand, format_number, require, save, today, write_unit

from ..models import ExpectedDelivery, Product, Reservation, StockLevel, StockMovement
from ..queries.stock import availability_of, held_for, holder_of, issued_of, level_at, promised_of
from ..stock import StockRequest


def reserve(
    actor: Actor, wanted: Sequence[StockRequest], due_on: date, reference: tuple[str, UUID], *, short: bool = False
) -> list[Reservation]:
    """Promise units to something, all of them or none; of two who want the last one, one gets it and one is told.

    What isn't kept in stock, and what comes back, needs no promise and is passed over. The actor's right is looked at
    by whoever calls: it is the right to what the units are promised to.

    Args:
        actor: whoever promises them.
        wanted: what is wanted.
        due_on: the day by which.
        reference: what they are promised to: the key of its record type, and its id.
        short: whether to promise what there is instead of refusing where it isn't enough.

    Returns:
        The promises, one for each product that is kept in stock and of which there is any.

    Raises:
        Problem: 409 `catalog.not_available`; `extra["available"]` has what there is by product id.
    """
    with write_unit() as session:
        units = _together(wanted)
        if short:
            units = _what_there_is(units, due_on)
        kept = _check_available(units, due_on)
        made = [
            Reservation(
                product_id=product,
                quantity=units[product],
                due_on=due_on,
                reference_type=reference[0],
                reference_id=reference[1],
                owner_id=actor.user_id,
            )
            for product in kept
        ]
        session.add_all(made)
        session.flush()
        return made


def _together(wanted: Sequence[StockRequest]) -> dict[UUID, Decimal]:
    units: dict[UUID, Decimal] = {}
    for request in wanted:
        if request.quantity <= 0:
            continue
        units[request.product_id] = units.get(request.product_id, Decimal(0)) + request.quantity
    return units


def _what_there_is(units: Mapping[UUID, Decimal], day: date) -> dict[UUID, Decimal]:
    lock_levels(units)
    found = availability_of(units, day)
    least = {product: min(units[product], each.available) for product, each in found.items()}
    return {product: quantity for product, quantity in least.items() if quantity > 0}


def _check_available(units: Mapping[UUID, Decimal], day: date) -> list[UUID]:
    """Refuse what can't be promised, and give the products that are kept in stock."""
    if not units:
        return []
    lock_levels(units)
    found = availability_of(units, day)
    _refuse_lacking(units, {product: each.available for product, each in found.items()})
    return [product for product in units if product in found]


def _refuse_lacking(units: Mapping[UUID, Decimal], available: Mapping[UUID, Decimal]) -> None:
    """Refuse units of products that are kept in stock and of which fewer are available."""
    lacking = {product: there for product, there in available.items() if there < units[product]}
    if not lacking:
        return
    names = {product.id: product for product in db.session.scalars(select(Product).where(Product.id.in_(lacking)))}
    messages = [
        _("%(product)s: %(wanted)s wanted, %(available)s available.", product=names[product].name,
          wanted=format_number(units[product]), available=format_number(max(there, Decimal(0))))
        for product, there in lacking.items()
    ]  # fmt: skip
    extra = {"available": {str(product): str(there) for product, there in lacking.items()}}
    raise Problem("catalog.not_available", " ".join(messages), status=409, fields={"quantity": messages}, extra=extra)


def lock_levels(products: Collection[UUID]) -> list[StockLevel]:
    """Let whoever else wants to promise or move the same products wait until this unit has ended."""
    statement = select(StockLevel).where(StockLevel.product_id.in_(products)).order_by(StockLevel.id)
    return list(db.session.scalars(statement.with_for_update(), execution_options={"populate_existing": True}))


def release(reference: tuple[str, UUID]) -> list[UUID]:
    """Give up all that is still promised to something: a cancelled order.

    Args:
        reference: the key of its record type, and its id.

    Returns:
        The products of which something was promised.
    """
    with write_unit() as session:
        present = held_for(reference)
        for reservation in present:
            reservation.quantity = Decimal(0)
        session.flush()
        return sorted({each.product_id for each in present})


def postpone(actor: Actor, reference: tuple[str, UUID], due_on: date) -> None:
    """Promise what is promised to something for another day.

    Args:
        actor: whoever says so.
        reference: the key of its record type, and its id.
        due_on: the day by which it is wanted now.

    Raises:
        Problem: 409 `catalog.not_available` where it can't be promised for that day; the old promise stands then.
    """
    with write_unit() as session:
        present = held_for(reference)
        lock_levels({each.product_id for each in present})
        wanted = [StockRequest(each.product_id, each.quantity) for each in present]
        for reservation in present:
            reservation.quantity = Decimal(0)
        session.flush()
        reserve(actor, wanted, due_on, reference)


def consume(
    actor: Actor,
    reference: tuple[str, UUID],
    handed: Sequence[StockRequest],
    *,
    location: str | None = None,
    reason: str | None = None,
) -> None:
    """Take units that were promised to something off the stock, because they left the house; part of them at a time.

    More than was promised is taken too where others aren't promised it. What isn't kept in stock is passed over.

    Args:
        actor: whoever hands them over.
        reference: what they were promised to: the key of its record type, and its id.
        handed: what left the house.
        location: the place that they leave; by default the ones with the most, one after the other.
        reason: what the movements say: the delivery's number.

    Raises:
        Problem: 409 `catalog.not_available` when so many aren't on hand, or promised to others.
    """
    with write_unit() as session:
        units = _together(handed)
        places: dict[UUID, list[StockLevel]] = {}
        for level in lock_levels(units):
            if level.deleted_at is None and location in (None, level.location):
                places.setdefault(level.product_id, []).append(level)
        over = _take_off_promises(reference, {product: units[product] for product in units if product in places})
        session.flush()
        _check_available(over, today())  # their promises were just taken off
        for product, levels in places.items():
            _issue(actor, levels, units[product], reason)
        session.flush()


def _take_off_promises(reference: tuple[str, UUID], units: Mapping[UUID, Decimal]) -> dict[UUID, Decimal]:
    """Take units off what is promised to something, and give those of products of which more go than was promised."""
    left = dict(units)
    for reservation in held_for(reference) if units else ():
        taken = min(left.get(reservation.product_id, Decimal(0)), reservation.quantity)
        if taken:
            reservation.quantity -= taken
            left[reservation.product_id] -= taken
    return {product: units[product] for product, more in left.items() if more > 0}


def _issue(actor: Actor, levels: Sequence[StockLevel], quantity: Decimal, reason: str | None) -> None:
    """Book units out of the places that have the most."""
    present = sum((level.on_hand for level in levels), Decimal(0))
    if present < quantity:
        raise _not_on_hand(present)
    left = quantity
    for level in sorted(levels, key=lambda each: -each.on_hand):
        taken = min(left, level.on_hand)
        if taken > 0:
            level.on_hand -= taken
            left -= taken
            db.session.add(
                StockMovement(
                    product_id=level.product_id, location=level.location, quantity=-taken, moved_on=today(),
                    kind="issue", reason=reason, owner_id=actor.user_id,
                )
            )  # fmt: skip


def put_back(actor: Actor, returned: Sequence[StockRequest], *, issued_as: str, reason: str) -> None:
    """Put units that left the house back to where they were; what isn't kept in stock any more is passed over.

    Args:
        actor: whoever takes them in.
        returned: what came back.
        issued_as: what the movements said with which they left: the delivery's number.
        reason: what the movements say now.
    """
    with write_unit():
        units = _together(returned)
        places: dict[UUID, list[StockLevel]] = {}
        for level in lock_levels(units):
            if level.deleted_at is None:
                places.setdefault(level.product_id, []).append(level)
        for product, levels in places.items():
            left, gone = units[product], issued_of(product, issued_as)
            for level in levels:
                came = min(left, gone.get(level.location, Decimal(0)))
                left -= came
                _take_in(actor, level, came, reason)
            _take_in(actor, levels[0], left, reason)


def _take_in(actor: Actor, level: StockLevel, quantity: Decimal, reason: str) -> None:
    if quantity > 0:
        place = {"product_id": level.product_id, "location": level.location}
        _move(actor, {**place, "quantity": quantity, "kind": "return", "reason": reason})


def _not_on_hand(present: Decimal) -> Problem:
    message = _("%(count)s are on hand there.", count=format_number(present))
    return Problem("catalog.not_available", message, status=409, fields={"quantity": [message]})


def _move(actor: Actor, values: Mapping[str, Any]) -> StockMovement:
    """Write a movement, of today unless a day is given, and change what is on hand."""
    movement = StockMovement(**{**values, "moved_on": values.get("moved_on") or today()})
    lock_levels([movement.product_id])
    level = level_at(movement.product_id, movement.location)
    if level is None:
        level = StockLevel(product_id=movement.product_id, location=movement.location, on_hand=Decimal(0))
        level.owner_id = actor.user_id
        db.session.add(level)
    present = level.on_hand if level.deleted_at is None else Decimal(0)
    if present + movement.quantity < 0:
        raise _not_on_hand(present)
    level.on_hand, level.deleted_at = present + movement.quantity, None
    movement.owner_id = movement.owner_id or actor.user_id
    db.session.add(movement)
    db.session.flush()
    if movement.quantity > 0:
        demand("crm_stock_arrived", actor=actor, product=movement.product_id)
    return movement


def create_movement(actor: Actor, values: Mapping[str, Any]) -> StockMovement:
    """Book units in, or out where there are fewer than none.

    Raises:
        Problem: 409 `catalog.not_available` when so many aren't on hand at the place.
    """
    require(actor, StockMovement, "create")
    with write_unit():
        return _move(actor, values)


def refuse_change(_actor: Actor, _record: Any, _values: Mapping[str, Any]) -> Any:
    """Leave what moved stock as it is.

    Raises:
        Problem: 409 `catalog.booked`, always.
    """
    raise Problem("catalog.booked", _("What is booked stays. Put it right by another movement."), status=409)


def create_level(actor: Actor, values: Mapping[str, Any]) -> StockLevel:
    """Keep a product in stock at a place; what is there at first is booked as a count.

    Raises:
        Problem: `catalog.level_exists`.
    """
    require(actor, StockLevel, "create")
    with write_unit():
        present = level_at(values["product_id"], values.get("location", ""))
        if present is not None and present.deleted_at is None:
            message = _("It is kept there already.")
            raise Problem("catalog.level_exists", message, fields={"location": [message]})
        columns = dict(values)
        counted = columns.pop("on_hand", Decimal(0))
        level = present or StockLevel(**columns)
        level.on_hand, level.deleted_at = Decimal(0), None
        saved: StockLevel = save(actor, level)
        _count(actor, saved, counted)
        return saved


def update_level(actor: Actor, level: StockLevel, values: Mapping[str, Any]) -> StockLevel:
    """Count what is on hand anew; the difference is booked. A level stays with its product and its place.

    Raises:
        Problem: `catalog.level_moved` for another product or place.
    """
    with write_unit():
        columns = dict(values)
        counted = columns.pop("on_hand", level.on_hand)
        if any(columns.get(name, getattr(level, name)) != getattr(level, name) for name in ("product_id", "location")):
            message = _("Book a movement to another place instead.")
            raise Problem("catalog.level_moved", message, fields={"location": [message]})
        change_record(actor, level, columns)
        _count(actor, level, counted)
        return level


def settle_level(actor: Actor, level: StockLevel) -> None:
    """Keep a level at which units are on hand out of the bin, and what is promised of its product.

    Raises:
        Problem: 409 `catalog.level_used` for one in the bin at which units are on hand; what `keep_promises` raises.
    """
    if level.deleted_at is not None and level.on_hand:
        count = format_number(level.on_hand)
        raise _level_used(_("%(count)s are on hand there; book them out first.", count=count))
    keep_promises(actor, level)


def keep_promises(_actor: Actor, level: StockLevel) -> None:
    """Keep what is promised of a product after one of its levels went to the bin, came back or was put back.

    Without any level a product counts as always available; so its last one stays while anything of it is promised.

    Raises:
        Problem: 409 `catalog.level_used` where a promised product would have no level; 409 `catalog.not_available`
            where less would be left than is promised.
    """
    lock_levels([level.product_id])
    found = availability_of([level.product_id], today()).get(level.product_id)
    promised = promised_of(level.product_id)
    if promised and found is None:
        count = format_number(promised)
        raise _level_used(_("%(count)s of it are promised; let them go first.", count=count))
    if found is not None and found.available < 0:
        message = _("%(count)s would be missing for what is promised.", count=format_number(-found.available))
        raise Problem("catalog.not_available", message, status=409, fields={"on_hand": [message]})


def _level_used(message: str) -> Problem:
    return Problem("catalog.level_used", message, status=409)


def _count(actor: Actor, level: StockLevel, counted: Decimal) -> None:
    difference = counted - level.on_hand
    if difference:
        place = {"product_id": level.product_id, "location": level.location}
        _move(actor, {**place, "quantity": difference, "kind": "count"})


def create_delivery(actor: Actor, values: Mapping[str, Any]) -> ExpectedDelivery:
    """Expect units; those of a day on which they came are booked at once."""
    with write_unit():
        saved: ExpectedDelivery = save(actor, ExpectedDelivery(**values))
        if saved.received_on is not None:
            _receive(actor, saved)
        return saved


def update_delivery(actor: Actor, delivery: ExpectedDelivery, values: Mapping[str, Any]) -> ExpectedDelivery:
    """Change what is expected; with the day on which it came it is booked.

    Raises:
        Problem: 409 `catalog.booked` once it has come.
    """
    with write_unit():
        if delivery.received_on is not None:
            refuse_change(actor, delivery, values)
        change_record(actor, delivery, values)
        if delivery.received_on is not None:
            _receive(actor, delivery)
        return delivery


def _receive(actor: Actor, delivery: ExpectedDelivery) -> None:
    values = {"product_id": delivery.product_id, "location": delivery.location, "quantity": delivery.quantity}
    _move(actor, {**values, "kind": "receipt", "moved_on": delivery.received_on, "reason": delivery.reason})


def create_reservation(actor: Actor, values: Mapping[str, Any]) -> Reservation:
    """Hold units back for a reason that a person gives.

    Raises:
        Problem: 409 `catalog.not_available`.
    """
    require(actor, Reservation, "create")
    with write_unit():
        _check_available({values["product_id"]: values["quantity"]}, values["due_on"])
        saved: Reservation = save(actor, Reservation(**values))
        return saved


def update_reservation(actor: Actor, reservation: Reservation, values: Mapping[str, Any]) -> Reservation:
    """Change how many a person holds back, or by when.

    Raises:
        Problem: 409 `catalog.not_available`; 409 `catalog.held` for what is promised to an order or the like, which
            says itself what it needs.
    """
    with write_unit() as session:
        if reservation.reference_type is not None:
            what = holder_of(actor, reservation)
            message = _("These units are held by %(what)s; change or cancel that instead.", what=what)
            raise Problem("catalog.held", message, status=409)
        wanted = {name: values.get(name, getattr(reservation, name)) for name in ("product_id", "quantity", "due_on")}
        change_record(actor, reservation, {**values, "quantity": Decimal(0)})
        session.flush()
        _check_available({wanted["product_id"]: wanted["quantity"]}, wanted["due_on"])
        change_record(actor, reservation, {"quantity": wanted["quantity"]})
        return reservation


def settle_reservation(_actor: Actor, reservation: Reservation) -> None:
    """Promise anew what came back from the bin or was put back: it needs to be available as for a new reservation.

    Raises:
        Problem: 409 `catalog.not_available` when somebody else was promised the units in the meantime.
    """
    if reservation.deleted_at is not None or reservation.quantity <= 0:
        return
    product, quantity = reservation.product_id, reservation.quantity
    lock_levels([product])
    found = availability_of([product], reservation.due_on)  # the reservation itself is taken off already
    _refuse_lacking({product: quantity}, {each: there.available + quantity for each, there in found.items()})
