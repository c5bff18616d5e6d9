"""What selling cost, of one deal."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from pelatis.api import Actor, base_currency, db, visible
from plugins.catalog.api import rounded

from ..models import SalesCost

ZERO: Final = Decimal(0)


def costs_of_deal(actor: Actor, opportunity: UUID) -> Mapping[str, tuple[Decimal, Decimal]]:
    """Sum up what a deal cost: kind to amount in the company's own currency, and hours."""
    statement = (
        select(SalesCost.kind, func.sum(SalesCost.amount_base), func.sum(SalesCost.hours))
        .where(SalesCost.opportunity_id == opportunity, SalesCost.deleted_at.is_(None), visible(actor, SalesCost))
        .group_by(SalesCost.kind)
        .order_by(SalesCost.kind)
    )
    rows = db.session.execute(statement)
    return {kind: (rounded(amount or ZERO, base_currency()), hours or ZERO) for kind, amount, hours in rows}
