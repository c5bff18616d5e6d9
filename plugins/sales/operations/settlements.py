"""Settlements: what somebody is paid for a period is drawn up, approved and settled; then it is only reversed.

The state machine is the table `SETTLEMENT_MOVES`; what it doesn't list is refused.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pelatis.api import (
    Actor,
    Problem,
    User,
    _,
    _l,
    change_record,
    db,
    format_amount,
    new_id,
    notify,
    require,
    save,
    today,
    utc_now,
    write_unit,
)

from ..models import CommissionEntry, CommissionSettlement
from ..periods import Period, read_period
from ..queries.settlements import drawn_up_for, entries_of, locked_entries, people_to_settle
from ..schemas import SETTLEMENT_STATUSES
from .numbers import draw_number
from .states import check_move, may_decide_own

#: Settlement status to the statuses that may follow it.
SETTLEMENT_MOVES: Final[Mapping[str, frozenset[str]]] = {
    "drawn_up": frozenset({"approved"}),
    "approved": frozenset({"drawn_up", "settled"}),
    "settled": frozenset({"reversed"}),
    "reversed": frozenset(),
}


def set_settlement_status(settlement: CommissionSettlement, status: str) -> None:
    """Let one status follow another.

    Raises:
        Problem: `sales.settlement_status_refused` (409) where it may not.
    """
    check_move(SETTLEMENT_MOVES, SETTLEMENT_STATUSES, settlement.status, status, "sales.settlement_status_refused")
    settlement.status = status


def create_settlement(actor: Actor, values: Mapping[str, Any]) -> CommissionSettlement:
    """Draw up one person's settlement.

    Args:
        actor: whoever does; they lead the person.
        values: `person_id`, `period`, and `id` and `custom` where they are known.

    Raises:
        Problem: `sales.nothing_to_settle` (422); 403 or 404 for people whom the actor doesn't lead.
    """
    more = {name: values[name] for name in ("id", "custom") if values.get(name)}
    period = read_period(values["period"])
    with write_unit():
        found = _draw_up(actor, period, values["person_id"], more)
        if found is None:
            message = _("Nothing is payable to them up to the end of that period.")
            raise Problem("sales.nothing_to_settle", message, fields={"person": [message]})
        return found


def draw_up(actor: Actor, period: Period) -> list[CommissionSettlement]:
    """Draw up a settlement for everybody whom the actor leads and to whom something is payable.

    However often it is run, an entry stands in one settlement; what became payable in the meantime joins the one that
    is drawn up already.

    Raises:
        Problem: 403 without the permission.
    """
    require(actor, CommissionSettlement, "create")
    with write_unit():
        drawn = [_draw_up(actor, period, person, {}) for person in people_to_settle(actor, period.ends_before)]
        return [each for each in drawn if each is not None]


def _draw_up(actor: Actor, period: Period, person_id: UUID, more: Mapping[str, Any]) -> CommissionSettlement | None:
    entries = locked_entries(person_id, period.ends_before)
    settlement = drawn_up_for(person_id, period.key)
    if not entries:
        return settlement
    if settlement is None:
        settlement = CommissionSettlement(**{"id": new_id(), **more}, person_id=person_id, period=period.key)
        save(actor, settlement)
    require(actor, CommissionSettlement, "edit", settlement)
    _take(settlement, entries)
    return settlement


def _take(settlement: CommissionSettlement, entries: Iterable[CommissionEntry]) -> None:
    for entry in entries:
        entry.settlement_id = settlement.id
    db.session.flush()
    settlement.amount = sum((entry.payable for entry in entries_of(settlement)), Decimal(0))
    db.session.flush()


def update_settlement(actor: Actor, settlement: CommissionSettlement, values: Mapping[str, Any]) -> Any:
    """Change nothing of a settlement but own fields; another person or period is another settlement.

    Raises:
        Problem: `sales.stays` (422).
    """
    for name in ("person_id", "period"):
        if values.get(name, getattr(settlement, name)) != getattr(settlement, name):
            message = _("It stays as it is; draw up another one.")
            raise Problem("sales.stays", message, fields={name.removesuffix("_id"): [message]})
    return change_record(actor, settlement, {name: values[name] for name in values.keys() & {"custom"}})


def follow_bin(_actor: Actor, settlement: CommissionSettlement) -> None:
    """Let go of the entries of a settlement that went to the bin, and gather anew for one that came back.

    Raises:
        Problem: `sales.settlement_status_refused` (409) for one that was approved.
    """
    if settlement.status != "drawn_up":
        message = _("It is approved; take that back first.")
        raise Problem("sales.settlement_status_refused", message, status=409)
    if settlement.deleted_at is None:
        _take(settlement, locked_entries(settlement.person_id, read_period(settlement.period).ends_before))
        return
    for entry in entries_of(settlement):
        entry.settlement_id = None
    settlement.amount = Decimal(0)
    db.session.flush()


def approve(actor: Actor, settlement: CommissionSettlement) -> CommissionSettlement:
    """Approve what was drawn up; from now on nothing joins it.

    Raises:
        Problem: `sales.own_settlement` (403) for one's own; `sales.settlement_status_refused` (409); 403 or 404
            without the right.
    """
    _check(actor, settlement, "approve")
    with write_unit() as session:
        session.refresh(settlement, with_for_update=True)
        set_settlement_status(settlement, "approved")
        settlement.approved_by_id, settlement.approved_at = actor.user_id, utc_now()
        session.flush()
        return settlement


def reopen(actor: Actor, settlement: CommissionSettlement) -> CommissionSettlement:
    """Take an approval back.

    Raises:
        Problem: as `approve`.
    """
    _check(actor, settlement, "approve")
    with write_unit() as session:
        session.refresh(settlement, with_for_update=True)
        set_settlement_status(settlement, "drawn_up")
        settlement.approved_by_id = settlement.approved_at = None
        session.flush()
        return settlement


def settle(actor: Actor, settlement: CommissionSettlement) -> CommissionSettlement:
    """Write down that it was paid: it gets its number and is sealed, and its person is told.

    Raises:
        Problem: as `approve`.
    """
    _check(actor, settlement, "settle")
    with write_unit() as session:
        session.refresh(settlement, with_for_update=True)
        set_settlement_status(settlement, "settled")
        settlement.number = draw_number("settlement", today())
        settlement.settled_at = settlement.sealed_at = utc_now()
        session.flush()
        _tell(settlement)
        return settlement


def reverse(actor: Actor, settlement: CommissionSettlement) -> CommissionSettlement:
    """Take a settlement back by another one that is its opposite; what it held is payable again.

    Returns:
        The other one.

    Raises:
        Problem: as `approve`.
    """
    _check(actor, settlement, "reverse")
    with write_unit() as session:
        session.refresh(settlement, with_for_update=True)
        set_settlement_status(settlement, "reversed")
        now, number = utc_now(), draw_number("settlement", today())
        opposite = CommissionSettlement(
            id=new_id(), number=number, person_id=settlement.person_id, period=settlement.period, status="settled",
            amount=-settlement.amount, reverses_id=settlement.id, owner_id=settlement.owner_id, settled_at=now,
            sealed_at=now,
        )  # fmt: skip
        session.add(opposite)
        session.flush()
        for entry in entries_of(settlement):
            session.add_all([_again(entry, -entry.payable, opposite.id), _again(entry, entry.payable, None)])
        session.flush()
        _tell(opposite)
        return opposite


def _check(actor: Actor, settlement: CommissionSettlement, action: str) -> None:
    require(actor, CommissionSettlement, action, settlement)
    if settlement.person_id == actor.user_id and not may_decide_own(actor, action, settlement):
        raise Problem("sales.own_settlement", _("Nobody decides about their own settlement."), status=403)


def _again(entry: CommissionEntry, payable: Decimal, settlement_id: UUID | None) -> CommissionEntry:
    taken = ("person_id", "plan_id", "invoice_id", "period", "percent", "owner_id", "told")
    return CommissionEntry(
        **{name: getattr(entry, name) for name in taken}, cause="reversed", happened_on=today(), payable=payable,
        settlement_id=settlement_id, sealed_at=utc_now(),
    )  # fmt: skip


def _tell(settlement: CommissionSettlement) -> None:
    amount = format_amount(settlement.amount, settlement.base_currency, whole=False)
    words = {"number": settlement.number, "amount": amount}
    person = db.session.get(User, settlement.person_id)
    if person is not None:
        notify([person.id], _l("Your commission is settled: %(number)s, %(amount)s", **words), about=settlement)
