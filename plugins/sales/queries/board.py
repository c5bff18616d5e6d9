"""The board: sums of everything, cards by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)

from pelatis.api import Actor, Customer, Problem, User, _, db, kept, today, utc_now, visible

from ..models import Opportunity, Pipeline, Stage

#: The ids of stages, in their order.
Ids: TypeAlias = tuple[UUID, ...]
#: A select of some columns.
Rows: TypeAlias = Select[*tuple[Any, ...]]

#: Cards of one column that a page brings; the rest is loaded when asked for.
CARDS = 40


@dataclass(frozen=True)
class Sums:
    """All deals of one column, whether their cards are shown or not."""

    count: int = 0
    #: In the company's own currency.
    amount: Decimal = Decimal(0)
    #: Each amount times its probability.
    weighted: Decimal = Decimal(0)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.count + other.count, self.amount + other.amount, self.weighted + other.weighted)


@dataclass(frozen=True)
class Column:
    """One open stage of a board."""

    stage: Stage
    sums: Sums
    cards: Sequence[Row[Any]]

    @property
    def left(self) -> int:
        """How many deals have no card yet."""
        return self.sums.count - len(self.cards)

    @property
    def next(self) -> str | None:
        """The cursor of its further cards; None when all are shown."""
        return cursor_of(self.cards[-1]) if self.left > 0 and len(self.cards) == CARDS else None


@dataclass(frozen=True)
class Board:
    """A pipeline with its open columns, and what was won and lost this month."""

    columns: Sequence[Column]
    won: Sums
    lost: Sums

    @property
    def open(self) -> Sums:
        """All open columns together."""
        return sum((column.sums for column in self.columns), Sums())


def pipelines_with_stages() -> dict[Pipeline, list[Stage]]:
    """List the pipelines and the stages of each, both in their order, in one statement."""
    statement = (
        select(Pipeline, Stage)
        .outerjoin(Stage, and_(Stage.pipeline_id == Pipeline.id, Stage.deleted_at.is_(None)))
        .where(Pipeline.deleted_at.is_(None))
        .order_by(Pipeline.position, Pipeline.id, Stage.position, Stage.id)
    )
    found: dict[Pipeline, list[Stage]] = {}
    for pipeline, stage in db.session.execute(statement):
        stages = found.setdefault(pipeline, [])
        if stage is not None:
            stages.append(stage)
    return found


def read_board(
    actor: Actor, stages: Sequence[Stage], criterion: ColumnElement[bool] | None, *, with_cards: bool = True
) -> Board:
    """Read a board in two statements, or its sums alone in one.

    Args:
        actor: whoever looks; of customers that they may not see the cards don't tell the name.
        stages: all stages of a pipeline, in their order.
        criterion: what the filter finds; None for everything, whose statements are kept.
        with_cards: whether the cards are wanted.
    """
    open_stages = [stage for stage in stages if stage.kind == "open"]
    sums = sums_by_stage(actor, stages, criterion, closed_since=today().replace(day=1))
    cards = cards_of(actor, open_stages, criterion) if with_cards else {}
    columns = [Column(stage, sums.get(stage.id, Sums()), cards.get(stage.id, [])) for stage in open_stages]
    won, lost = (
        sum((sums.get(stage.id, Sums()) for stage in stages if stage.kind == kind), Sums()) for kind in ("won", "lost")
    )
    return Board(columns, won, lost)


def sums_by_stage(
    actor: Actor, stages: Sequence[Stage], criterion: ColumnElement[bool] | None, closed_since: date | None = None
) -> Mapping[UUID, Sums]:
    """Count and sum the deals of stages in one grouped statement.

    The open ones are read from an index alone; of the closed ones only what was closed since a day.

    Args:
        actor: whoever looks.
        stages: stages of one pipeline.
        criterion: what the filter finds; None for everything.
        closed_since: from which day on closed deals count; None leaves them out.
    """
    if not stages:
        return {}
    going = tuple(stage.id for stage in stages if stage.kind == "open")
    ended = tuple(stage.id for stage in stages if stage.kind != "open") if closed_since else ()
    probabilities = {stage.id: stage.probability for stage in stages}
    found = {}
    read = _sums if criterion is None else _sums.anew
    rows = read(actor, stages[0].pipeline_id, going, ended, criterion, since=closed_since)
    for stage_id, count, amount, by_own_probability, rest in rows:
        weighted = (by_own_probability or 0) + (rest or 0) * probabilities[stage_id]
        found[stage_id] = Sums(count, amount or Decimal(0), Decimal(weighted) / 100)
    return found


@kept
def _sums(actor: Actor, pipeline: UUID, going: Ids, ended: Ids, criterion: ColumnElement[bool] | None) -> Any:
    shown = _shown(actor, criterion)
    open_sums = _open_sums(pipeline, going, shown)
    return union_all(open_sums, _closed_sums(ended, shown)) if ended else open_sums


def _shown(actor: Actor, criterion: ColumnElement[bool] | None) -> ColumnElement[bool]:
    seen = visible(actor, Opportunity)
    return seen if criterion is None else and_(seen, criterion)


def _open_sums(pipeline: UUID, stages: Ids, shown: ColumnElement[bool]) -> Rows:
    amount, probability = Opportunity.amount_base, Opportunity.probability
    weighted = type_coerce(amount * probability, amount.type)
    return (
        select(
            Opportunity.stage_id,
            func.count().label("count"),
            func.sum(amount).label("amount"),
            func.sum(case((probability.is_not(None), weighted))).label("by_own_probability"),
            func.sum(case((probability.is_(None), amount))).label("rest"),
        )
        .where(
            Opportunity.deleted_at.is_(None),
            Opportunity.pipeline_id == pipeline,
            Opportunity.stage_id.in_(stages),
            shown,
        )
        .group_by(Opportunity.stage_id)
    )


def _closed_sums(stages: Ids, shown: ColumnElement[bool]) -> Rows:
    return (
        select(Opportunity.stage_id, func.count(), func.sum(Opportunity.amount_base), null(), null())
        .where(
            Opportunity.closed_on >= bindparam("since"),
            Opportunity.stage_id.in_(stages),
            Opportunity.deleted_at.is_(None),
            shown,
        )
        .group_by(Opportunity.stage_id)
    )


#: What a card shows. Rows, not records: a board has hundreds of them.
_CARD: Final = (
    Opportunity.id,
    Opportunity.version,
    Opportunity.name,
    Opportunity.stage_id,
    Opportunity.amount,
    Opportunity.currency,
    Opportunity.expected_close_on,
    Opportunity.stage_since,
    Opportunity.owner_id,
    Opportunity.customer_id,
)


def cards_of(
    actor: Actor, stages: Sequence[Stage], criterion: ColumnElement[bool] | None, after: str | None = None
) -> Mapping[UUID, list[Row[Any]]]:
    """Read the first cards of every column, or the next ones of a single column, in one statement.

    One limited select for each stage walks its index and stops; a window function would number all deals.

    Args:
        actor: whoever looks.
        stages: the stages whose cards are wanted.
        criterion: what the filter finds; None for everything.
        after: the cursor at which a column's earlier cards ended.

    Raises:
        Problem: 400 for a cursor that isn't one.
    """
    found: dict[UUID, list[Row[Any]]] = {stage.id: [] for stage in stages}
    if not stages:
        return found
    since, last_id = _read_cursor(after) if after else (None, None)
    read = _cards if criterion is None else _cards.anew
    for row in read(actor, tuple(found), bool(after), criterion, since=since, last_id=last_id):
        found[row.stage_id].append(row)
    return found


@kept
def _cards(actor: Actor, stages: Ids, goes_on: bool, criterion: ColumnElement[bool] | None) -> Any:
    shown = _shown(actor, criterion)
    pages = [_page_of_stage(stage, shown, goes_on).subquery() for stage in stages]
    cards = union_all(*[select(page) for page in pages]).subquery()
    return _named(actor, cards).order_by(cards.c.stage_since.desc(), cards.c.id.desc())


def _page_of_stage(stage: UUID, shown: ColumnElement[bool], goes_on: bool) -> Rows:
    """Select a column's next cards: those that came last into the stage first."""
    statement = select(*_CARD).where(Opportunity.stage_id == stage, Opportunity.deleted_at.is_(None), shown)
    if goes_on:
        since = bindparam("since", type_=Opportunity.stage_since.type)
        further = or_(Opportunity.stage_since < since, Opportunity.id < bindparam("last_id"))
        statement = statement.where(Opportunity.stage_since <= since, further)
    # PostgreSQL walks an index in its order only if that is named whole, what is always empty too.
    order = (Opportunity.deleted_at, Opportunity.stage_since, Opportunity.id)
    return statement.order_by(*[column.desc() for column in order]).limit(CARDS)


def _named(actor: Actor, cards: Any) -> Rows:
    """Select cards with the names of customer and owner."""
    seen = and_(Customer.id == cards.c.customer_id, visible(actor, Customer))
    return (
        select(cards, Customer.name.label("customer_name"), User.name.label("owner_name"))
        .select_from(cards)
        .outerjoin(Customer, seen)
        .outerjoin(User, User.id == cards.c.owner_id)
    )


def card_of(actor: Actor, opportunity: UUID) -> Row[Any]:
    """Read one card, as the columns' cards are read."""
    card = select(*_CARD).where(Opportunity.id == opportunity).subquery()
    return db.session.execute(_named(actor, card)).one()


def cursor_of(card: Row[Any]) -> str:
    """Write down where a column's cards ended."""
    return f"{card.stage_since.isoformat()}~{card.id}"


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    moment, _tilde, identity = cursor.partition("~")
    try:
        since = datetime.fromisoformat(moment)
        if since.tzinfo is None:
            raise ValueError(moment)
        return since, UUID(identity)
    except ValueError as error:
        raise Problem("bad_cursor", _("These cards can't be found. Load the board anew."), status=400) from error


def days_in_stage(since: datetime) -> int:
    """Tell for how many whole days a deal has been in its stage."""
    return max((utc_now() - since).days, 0)
