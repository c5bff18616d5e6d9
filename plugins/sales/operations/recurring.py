"""Recurring orders: what may follow what, and making the orders that are due, each of them once.

The state machine is the table `RECURRING_MOVES`; what it doesn't list is refused.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import takewhile
from typing import Any, Final
from uuid import UUID

from pelatis.api import (
    Actor,
    Problem,
    _,
    _l,
    add,
    change_record,
    db,
    format_day,
    new_id,
    ngettext,
    notify,
    require,
    save,
    system_actor,
    today,
    write_unit,
)

from ..models import Order, OrderLine, RecurringOrder, RepeatedOrder
from ..queries.orders import lines_of_order
from ..queries.recurring import last_made
from ..recurrence import Rhythm
from ..schemas.recurring import RECURRING_STATUSES
from .documents import add_up, agreed_of
from .orders import ORDER_KIND
from .pricing import price_document_lines
from .states import check_move

#: Status of a recurring order to the statuses that may follow it.
RECURRING_MOVES: Final[Mapping[str, frozenset[str]]] = {
    "active": frozenset({"paused", "ended"}),
    "paused": frozenset({"active", "ended"}),
    "ended": frozenset(),
}
#: How many missed days are made up for; older ones are skipped.
MOST_MISSED: Final = 12
#: What says which days there are.
RHYTHM: Final = frozenset({"begins_on", "every", "unit"})
#: What of an ended one may still change.
STILL_OPEN: Final = frozenset({"name", "note", "custom"})
#: What a made order takes over from the one that is repeated.
REPEATED: Final = ("customer_id", "currency", "language", "rounding")


def create_recurring_order(actor: Actor, values: Mapping[str, Any]) -> RecurringOrder:
    """Let an order be repeated, from the first day on that isn't past.

    Raises:
        Problem: `sales.not_repeatable`, `sales.bad_days` (422); 403 or 404 without the right to see the order and to
            make orders.
    """
    require(actor, Order, "create")
    with write_unit():
        usual = {"every": 1, "unit": "months", "begins_on": today(), "status": "active", "made": 0}
        recurring = RecurringOrder(**{**usual, **values})
        _take_order(actor, recurring)
        _check_days(recurring)
        _schedule(recurring, today())
        saved: RecurringOrder = save(actor, recurring)
        return saved


def update_recurring_order(actor: Actor, recurring: RecurringOrder, values: Mapping[str, Any]) -> RecurringOrder:
    """Change a recurring order; of an ended one only its name and its note.

    Another rhythm begins with its first day that isn't past and of which no order was made.

    Raises:
        Problem: `sales.recurring_refused` (409) for an ended one; what `create_recurring_order` raises.
    """
    with write_unit() as session:
        session.refresh(recurring, with_for_update=True)
        changes = {name: value for name, value in values.items() if getattr(recurring, name) != value}
        if recurring.status == "ended" and changes.keys() - STILL_OPEN:
            raise _refused(_("It has ended. Repeat the order anew."))
        with session.no_autoflush:
            change_record(actor, recurring, changes)
            if changes.keys() & {"order_id", "name"}:
                _take_order(actor, recurring)
            _check_days(recurring)
            if changes.keys() & RHYTHM:
                _schedule(recurring, today())
            _end_if_over(recurring)
        session.flush()
        return recurring


def _take_order(actor: Actor, recurring: RecurringOrder) -> None:
    with db.session.no_autoflush:
        order = db.session.get_one(Order, recurring.order_id)
    require(actor, Order, "view", order)
    _check_repeatable(order)
    recurring.customer_id = order.customer_id
    recurring.name = recurring.name or order.name


def _check_repeatable(order: Order) -> None:
    if order.sealed_at is not None and order.status != "cancelled":
        return
    message = _("Only a confirmed order is repeated.")
    if order.status == "cancelled":
        message = _("The order that is repeated, %(name)s, was cancelled. Name another one.", name=order.number)
    raise Problem("sales.not_repeatable", message, fields={"order": [message]})


def _check_days(recurring: RecurringOrder) -> None:
    if recurring.ends_on is not None and recurring.ends_on < recurring.begins_on:
        message = _("It can't end before it begins.")
        raise Problem("sales.bad_days", message, fields={"ends_on": [message]})


def rhythm_of(recurring: RecurringOrder) -> Rhythm:
    """Give the days of a recurring order."""
    return Rhythm(recurring.begins_on, recurring.every, recurring.unit)


def _schedule(recurring: RecurringOrder, day: date) -> None:
    """Let the next order be that of the first day that isn't before one and of which none was made."""
    with db.session.no_autoflush:
        last = last_made(recurring)
    if last is not None and last >= day:
        day = last + timedelta(days=1)
    recurring.next_on = rhythm_of(recurring).first_from(day)
    _end_if_over(recurring)


def _end_if_over(recurring: RecurringOrder) -> None:
    """End what has made all its orders, or whose next one would be after its last day."""
    over_by_count = recurring.ends_after is not None and recurring.made >= recurring.ends_after
    next_on = recurring.next_on
    over_by_day = next_on is None or (recurring.ends_on is not None and next_on > recurring.ends_on)
    if over_by_count or over_by_day:
        recurring.status, recurring.next_on = "ended", None


def _refused(message: str) -> Problem:
    return Problem("sales.recurring_refused", message, status=409)


def set_recurring_status(actor: Actor, recurring: RecurringOrder, status: str) -> RecurringOrder:
    """Pause a recurring order, let it go on, or end it. What goes on doesn't make up for what it missed meanwhile.

    Args:
        actor: whoever says so.
        recurring: the recurring order.
        status: `paused`, `active` or `ended`.

    Raises:
        Problem: `sales.recurring_refused` (409) where that may not follow; `sales.not_repeatable` (422) where the order
            was cancelled; 403 or 404 without the right.
    """
    require(actor, RecurringOrder, "edit", recurring)
    with write_unit() as session:
        session.refresh(recurring, with_for_update=True)
        check_move(RECURRING_MOVES, RECURRING_STATUSES, recurring.status, status, "sales.recurring_refused")
        recurring.status = status
        if status == "active":
            _check_repeatable(session.get_one(Order, recurring.order_id))
            _schedule(recurring, max(today(), recurring.next_on or today()))
        elif status == "ended":
            recurring.next_on = None
        session.flush()
        return recurring


def follow_recurring_bin(_actor: Actor, recurring: RecurringOrder) -> None:
    """Let what comes back from the bin go on with the first day that isn't past."""
    if recurring.deleted_at is None and recurring.status == "active" and recurring.next_on is not None:
        _schedule(recurring, max(today(), recurring.next_on))


# Making what is due


def make_due_orders(recurring_id: UUID) -> int:
    """Make the orders that are due of a recurring order, one for each missed day; tell how many.

    Each is made in a unit of its own, together with moving on to the next day: whoever is killed between two of them
    has made each day's order once. What can't be made, as a price is missing, pauses it, and its owner is told.
    """
    made = 0
    try:
        while _make_next(recurring_id):
            made += 1
    except Problem as problem:
        _give_up(recurring_id, problem)
    return made


def _make_next(recurring_id: UUID) -> bool:
    with write_unit() as session:
        recurring = session.get(RecurringOrder, recurring_id, with_for_update=True, populate_existing=True)
        if recurring is None or not _is_due(recurring):
            return False
        _skip_long_missed(recurring)
        due_on = recurring.next_on
        order = _make_order(recurring, due_on)
        repeated = RepeatedOrder(recurring_order_id=recurring.id, due_on=due_on, order_id=order.id)
        add(session, system_actor(), repeated)
        recurring.made += 1
        recurring.next_on = rhythm_of(recurring).first_from(due_on + timedelta(days=1)) if due_on else None
        _end_if_over(recurring)
        words = {"name": recurring.name}
        notify([recurring.owner_id], _l("“%(name)s” is due again: confirm the order.", **words), about=order)
        session.flush()
        return True


def _is_due(recurring: RecurringOrder) -> bool:
    next_on, is_active = recurring.next_on, recurring.status == "active" and recurring.deleted_at is None
    return is_active and next_on is not None and next_on <= today()


def _skip_long_missed(recurring: RecurringOrder) -> None:
    """Skip what was missed but for the last days, and say so in the note."""
    if recurring.next_on is None:
        return
    last = min(today(), recurring.ends_on or today())
    missed = list(takewhile(lambda day: day <= last, rhythm_of(recurring).days_from(recurring.next_on)))
    skipped = missed[:-MOST_MISSED]
    if skipped:
        words = {"first": format_day(skipped[0]), "last": format_day(skipped[-1])}
        text = ngettext(
            "%(num)s day that was missed is skipped: %(first)s.",
            "%(num)s days that were missed are skipped: %(first)s to %(last)s.",
            len(skipped),
            **words,
        )
        _write_note(recurring, text)
        recurring.next_on = missed[-MOST_MISSED]


def _write_note(recurring: RecurringOrder, text: str) -> None:
    recurring.note = "\n".join(filter(None, (recurring.note, f"{format_day(today())}: {text}")))


def _make_order(recurring: RecurringOrder, due_on: date | None) -> Order:
    """Make a draft with the lines of the order that is repeated."""
    system, template = system_actor(), db.session.get_one(Order, recurring.order_id)
    _check_repeatable(template)
    order = Order(
        id=new_id(), name=recurring.name, owner_id=recurring.owner_id, due_on=due_on,
        **{name: getattr(template, name) for name in REPEATED},
    )  # fmt: skip
    save(system, order)
    lines = [_copy(recurring, order, line) for line in lines_of_order(template)]
    price_document_lines(order.customer_id, order.currency, lines)
    for line in lines:
        save(system, line)
    add_up(ORDER_KIND, order)
    return order


def _copy(recurring: RecurringOrder, order: Order, line: OrderLine) -> OrderLine:
    copy = OrderLine(id=new_id(), order_id=order.id, quantity=line.quantity, **agreed_of(line))
    copy.by_hand = line.by_hand or recurring.pricing == "kept"
    return copy


def _give_up(recurring_id: UUID, problem: Problem) -> None:
    """Pause what can't be made, say why in the note, and tell its owner."""
    with write_unit() as session:
        recurring = session.get(RecurringOrder, recurring_id, with_for_update=True, populate_existing=True)
        if recurring is None or not _is_due(recurring):
            return
        recurring.status = "paused"
        _write_note(recurring, problem.message)
        words = {"name": recurring.name, "why": problem.message}
        notify([recurring.owner_id], _l("“%(name)s” is paused: %(why)s", **words), about=recurring)
        session.flush()
