"""How old open deals are in their stage."""

from datetime import timedelta
from typing import Final

from sqlalchemy import case, func, literal, select

from pelatis.api import _, _l, db, utc_now

from ...models import (
    Opportunity,
    Stage,
)
from ..deals import stands_still
from .tables import ZERO, Asked, Column, Table, money_of

#: How old deals are in their stage: the limits in days between the lines of the report on ageing.
AGES: Final = (7, 14, 30, 60, 90)


def ageing(asked: Asked) -> Table:
    """Tell for how long open deals have been in their stage, and how many of them overstay."""
    now = utc_now()
    limits = [(Opportunity.stage_since > now - timedelta(days=days), place) for place, days in enumerate(AGES)]
    age = case(*limits, else_=len(AGES))
    overstays = stands_still(Opportunity.stage_since, Stage.rot_days, literal(now, Opportunity.stage_since.type))
    statement = (
        select(age, func.count(), func.count(case((overstays, 1))), func.sum(Opportunity.amount_base))
        .join(Stage, Stage.id == Opportunity.stage_id)
        .where(Stage.kind == "open", asked.seen())
        .group_by(age)
    )
    found = {place: rest for place, *rest in db.session.execute(statement)}
    nothing = (0, 0, ZERO)
    rows = []
    for place in range(len(AGES) + 1):
        count, over, amount = found.get(place, nothing)
        rows.append((_age_name(place), count, over, money_of(amount)))
    columns = [
        Column("age", _l("In its stage for"), "text"),
        Column("deals", _l("Open deals"), is_drawn=True),
        Column("overstaying", _l("Longer than the stage allows")),
        Column("amount", _l("Amount"), "money"),
    ]
    return Table(columns, rows, str(_("This is how deals stand now, whatever the period.")))


def _age_name(place: int) -> str:
    if place == len(AGES):
        return str(_("%(days)s days and more", days=AGES[-1]))
    least = AGES[place - 1] if place else 0
    return str(_("%(least)s to %(most)s days", least=least, most=AGES[place] - 1))
