"""Why deals are lost, and to whom."""

from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select

from pelatis.api import _, _l, db, lazy_pgettext, visible

from ...models import (
    Competitor,
    DealCompetitor,
    Opportunity,
    Stage,
)
from ...schemas import LOST_REASONS
from .tables import Asked, Column, Table, money_of, percent_of


def reasons(asked: Asked) -> Table:
    """Tell why deals were lost."""
    found = _by_reason(asked)
    total = sum(count for _reason, count, _amount in found)
    rows = [
        (str(LOST_REASONS.get(reason or "", _("No reason given"))), count, percent_of(count, total), amount)
        for reason, count, amount in found
    ]
    columns = [
        Column("reason", _l("Lost because of"), "text"),
        Column("deals", _l("Lost deals"), is_drawn=True),
        Column("percent", _l("Of all lost"), "percent"),
        Column("amount", _l("Amount"), "money"),
    ]
    return Table(columns, rows)


def usual_reason(asked: Asked) -> tuple[str, Decimal] | None:
    """Name the reason for which most deals were lost, and how many percent of all lost; None where none was given."""
    found = _by_reason(asked)
    total = sum(count for _reason, count, _amount in found)
    given = [(str(LOST_REASONS[reason]), count) for reason, count, _amount in found if reason in LOST_REASONS]
    return (given[0][0], Decimal(100 * given[0][1]) / total) if given else None


def _by_reason(asked: Asked) -> list[tuple[str | None, int, Decimal]]:
    """Count and sum up the lost deals by their reason, the usual one first."""
    statement = (
        select(Opportunity.lost_reason, func.count(), func.sum(Opportunity.amount_base))
        .where(asked.closed(), Stage.kind == "lost")
        .group_by(Opportunity.lost_reason)
    )
    found = [(reason, count, money_of(amount)) for reason, count, amount in db.session.execute(statement)]
    return sorted(found, key=lambda each: (-each[1], each[0] or ""))


def competitors(asked: Asked) -> Table:
    """Tell how the deals ended that a competitor was after as well."""
    theirs = Opportunity.lost_to_id == Competitor.id
    amount = Opportunity.amount_base

    def number(criterion: Any) -> Any:
        return func.count(case((criterion, 1)))

    statement = (
        select(
            Competitor.name, number(Stage.kind == "won"), number(Stage.kind == "lost"), number(theirs),
            func.sum(case((Stage.kind == "won", amount))), func.sum(case((theirs, amount))),
        )
        .select_from(DealCompetitor)
        .join(Competitor, Competitor.id == DealCompetitor.competitor_id)
        .join(Opportunity, Opportunity.id == DealCompetitor.opportunity_id)
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(
            DealCompetitor.deleted_at.is_(None), Competitor.deleted_at.is_(None), visible(asked.actor, Competitor),
            asked.closed(),
        )
        .group_by(Competitor.id, Competitor.name)
        .order_by(func.count().desc(), Competitor.name)
    )  # fmt: skip
    rows = [
        (name, won, lost, percent_of(won, won + lost), to_them, money_of(gained), money_of(missed))
        for name, won, lost, to_them, gained, missed in db.session.execute(statement)
    ]
    columns = [
        Column("competitor", _l("Competitor"), "text"),
        Column("won", _l("Won against them"), is_drawn=True),
        Column("lost", lazy_pgettext("deals", "Lost"), is_drawn=True),
        Column("win_rate", _l("Won of all closed"), "percent"),
        Column("lost_to", _l("Of these to them")),
        Column("won_value", _l("Won value"), "money"),
        Column("lost_value", _l("Lost to them"), "money"),
    ]
    return Table(columns, rows)
