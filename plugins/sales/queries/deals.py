"""The deals of a customer and of a person, their leads, and how deals moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Result,
    Row,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from pelatis.api import (
    Actor,
    Customer,
    User,
    among,
    base_currency,
    db,
    format_amount,
    kept,
    ngettext,
    read_once,
    utc_now,
    visible,
)
from plugins.catalog.api import Product

from ..models import Lead, Opportunity, Stage, StageHistory

#: How many open deals of a batch of customers a page looks at.
MOST_OPEN: Final = 100


def _open(actor: Actor) -> ColumnElement[bool]:
    return and_(
        Opportunity.deleted_at.is_(None),
        Opportunity.stage_id == Stage.id,
        Stage.kind == "open",
        visible(actor, Opportunity),
    )


def open_deals(actor: Actor, customers: Sequence[UUID]) -> list[tuple[Opportunity, Stage]]:
    """List the open deals of a batch of customers with their stages, the next to close first; `MOST_OPEN` at most."""
    key = ("sales.open_deals", actor, tuple(customers))
    return read_once(key, lambda: _pairs(_open_deals(actor, customers=customers)))


def _pairs(rows: Result[*tuple[Any, ...]]) -> list[tuple[Opportunity, Stage]]:
    return [(opportunity, stage) for opportunity, stage in rows]


@kept
def _open_deals(actor: Actor) -> Any:
    return (
        select(Opportunity, Stage)
        .where(among(Opportunity.customer_id, "customers"), _open(actor))
        .order_by(Opportunity.expected_close_on.asc().nulls_last(), Opportunity.id.desc())
        .limit(MOST_OPEN)
    )


def product_and_customer(actor: Actor, opportunity: Opportunity) -> tuple[Product | None, Customer | None]:
    """Read what a deal is about and whom it is with; None for what an actor may not see or what isn't there."""
    statement = (
        select(Product, Customer)
        .select_from(Opportunity)
        .outerjoin(Product, and_(Product.id == Opportunity.product_id, visible(actor, Product)))
        .outerjoin(Customer, and_(Customer.id == Opportunity.customer_id, visible(actor, Customer)))
        .where(Opportunity.id == opportunity.id)
    )
    product, customer = db.session.execute(statement).one()
    return product, customer


def open_deals_by_customer(actor: Actor, customers: Sequence[UUID]) -> Mapping[UUID, str]:
    """Tell what the open deals of a batch of customers come to, or their number where none has an amount."""
    rows = _open_deals_by_customer(actor, customers=customers)
    return {
        customer: format_amount(amount, base_currency(), whole=True)
        if amount
        else ngettext("%(num)s deal", "%(num)s deals", count)
        for customer, count, amount in rows
        if customer is not None
    }


@kept
def _open_deals_by_customer(actor: Actor) -> Any:
    return (
        select(Opportunity.customer_id, func.count(), func.sum(Opportunity.amount_base))
        .where(among(Opportunity.customer_id, "customers"), _open(actor))
        .group_by(Opportunity.customer_id)
    )


class stands_still(GenericFunction[bool]):  # noqa: N801 – the name of a SQL function
    """Whether a moment lies more than some days before another one: since when, how many days, now."""

    type = Boolean()
    inherit_cache = True


@compiles(stands_still, "sqlite")
def _sqlite(element: Any, compiler: Any, **options: Any) -> str:
    since, days, now = (compiler.process(each, **options) for each in element.clauses)
    return f"(julianday({since}) + {days} < julianday({now}))"


@compiles(stands_still, "postgresql")
def _postgresql(element: Any, compiler: Any, **options: Any) -> str:
    since, days, now = (compiler.process(each, **options) for each in element.clauses)
    return f"({since} + make_interval(days => {days}) < {now})"


def _ripe() -> ColumnElement[bool]:
    """Give the criterion of deals that have been in their stage for longer than it allows."""
    return stands_still(Opportunity.stage_since, Stage.rot_days, bindparam("now", type_=Opportunity.stage_since.type))


def standing_still(actor: Actor, limit: int = 6) -> list[tuple[Opportunity, Stage, str]]:
    """List a person's own open deals that have been in their stage for longer than it allows, the longest first.

    Returns:
        Each with its stage and the name of its customer, which is empty where the person may see none.
    """
    rows = _own_standing_still(actor, now=utc_now(), most=limit)
    return [(opportunity, stage, customer or "") for opportunity, stage, customer in rows]


@kept
def _own_standing_still(actor: Actor) -> Any:
    return (
        select(Opportunity, Stage, Customer.name)
        .select_from(Opportunity)
        .outerjoin(Customer, and_(Customer.id == Opportunity.customer_id, visible(actor, Customer)))
        .where(Opportunity.owner_id == actor.user_id, _ripe(), _open(actor))
        .order_by(Opportunity.stage_since, Opportunity.id)
        .limit(bindparam("most", type_=Integer))
    )


def is_standing_still(opportunity: Opportunity, stage: Stage) -> bool:
    """Tell whether an open deal has been in its stage for longer than it allows."""
    return stage.rot_days is not None and opportunity.stage_since + timedelta(days=stage.rot_days) < utc_now()


def running_leads(actor: Actor, until: datetime, limit: int = 20) -> list[Lead]:
    """List new leads, a person's own and nobody's, that must be answered before a moment, the most urgent first."""
    statement = (
        select(Lead)
        .where(
            Lead.status == "new",
            Lead.deleted_at.is_(None),
            Lead.respond_by < until,
            or_(Lead.owner_id == actor.user_id, Lead.owner_id.is_(None)),
            visible(actor, Lead),
        )
        .order_by(Lead.respond_by, Lead.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


@dataclass(frozen=True)
class OwnFigures:
    """How a person sells, in the company's own currency.

    Attributes:
        won, won_amount: what they won since a day.
        open, weighted: their open deals, each amount times its probability.
        timely, answered: of the leads since that day those answered in time, and all whose clock ran.
    """

    won: int
    won_amount: Decimal
    open: int
    weighted: Decimal
    timely: int
    answered: int


def own_figures(actor: Actor, since: date, moment: datetime) -> OwnFigures:
    """Sum up a person's own deals and leads.

    Args:
        actor: the person.
        since: from which day on closed deals count.
        moment: from which moment on leads count; the same day's beginning.
    """
    won, won_amount, _unused = db.session.execute(_own_sums(actor, "won").where(Opportunity.closed_on >= since)).one()
    count, _amount, weighted = db.session.execute(_own_sums(actor, "open")).one()
    in_time = func.count().filter(Lead.answered_at <= Lead.respond_by)
    leads = select(in_time, func.count()).where(
        Lead.owner_id == actor.user_id,
        Lead.deleted_at.is_(None),
        Lead.respond_by >= moment,
        or_(Lead.answered_at.is_not(None), Lead.respond_by < utc_now()),
        visible(actor, Lead),
    )
    timely, answered = db.session.execute(leads).one()
    return OwnFigures(won, won_amount or Decimal(0), count, Decimal(weighted or 0) / 100, timely, answered)


def _own_sums(actor: Actor, kind: str) -> Select[int, Decimal | None, Any]:
    amount = Opportunity.amount_base
    likely = type_coerce(amount * func.coalesce(Opportunity.probability, Stage.probability), amount.type)
    return (
        select(func.count(), func.sum(amount), func.sum(likely))
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(
            Opportunity.owner_id == actor.user_id,
            Opportunity.deleted_at.is_(None),
            Stage.kind == kind,
            visible(actor, Opportunity),
        )
    )


def moves_of_customer(actor: Actor, customer: UUID, before: datetime | None, limit: int, text: str) -> list[Row[Any]]:
    """Read how a customer's deals moved, newest first.

    Args:
        actor: whoever looks.
        customer: the customer's id.
        before: only what happened before this moment; None for no bound.
        limit: rows at most.
        text: lower-case words that the deal's name must contain; empty for all.
    """
    read = _moves.anew if text else _moves
    return list(read(actor, before is not None, text, customer=customer, before=before, most=limit))


@kept
def _moves(actor: Actor, goes_on: bool, text: str) -> Any:
    left = select(Stage.id, Stage.name).subquery()
    criteria = [
        Opportunity.customer_id == bindparam("customer"),
        Opportunity.deleted_at.is_(None),
        StageHistory.deleted_at.is_(None),
        visible(actor, Opportunity),
    ]
    if goes_on:
        criteria.append(StageHistory.moved_at < bindparam("before"))
    if text:
        criteria.append(func.lower(Opportunity.name).contains(text, autoescape=True))
    return (
        select(
            StageHistory.id,
            StageHistory.moved_at,
            StageHistory.amount,
            StageHistory.currency,
            Opportunity.id.label("opportunity_id"),
            Opportunity.name,
            Opportunity.lost_reason,
            left.c.name.label("left"),
            Stage.name.label("entered"),
            Stage.kind,
            User.name.label("moved_by"),
        )
        .join(Opportunity, Opportunity.id == StageHistory.opportunity_id)
        .join(Stage, Stage.id == StageHistory.to_stage_id)
        .outerjoin(left, left.c.id == StageHistory.from_stage_id)
        .outerjoin(User, User.id == StageHistory.moved_by_id)
        .where(*criteria)
        .order_by(StageHistory.moved_at.desc(), StageHistory.id.desc())
        .limit(bindparam("most", type_=Integer))
    )


def count_deals(column: Any, ids: Sequence[UUID]) -> int:
    """Count the deals, not in the bin, that point at some records, whoever may see them.

    Args:
        column: the column of `Opportunity` that points: `customer_id`, `stage_id`, …
        ids: the records.
    """
    statement = select(func.count()).where(column.in_(ids), Opportunity.deleted_at.is_(None))
    return db.session.execute(statement).scalar_one()


def history_of(opportunity: UUID) -> list[Row[Any]]:
    """Read how one deal moved, newest first."""
    statement = (
        select(StageHistory.moved_at, Stage.name.label("entered"), Stage.kind, User.name.label("moved_by"))
        .join(Stage, Stage.id == StageHistory.to_stage_id)
        .outerjoin(User, User.id == StageHistory.moved_by_id)
        .where(StageHistory.opportunity_id == opportunity, StageHistory.deleted_at.is_(None))
        .order_by(StageHistory.moved_at.desc(), StageHistory.id.desc())
    )
    return list(db.session.execute(statement))
