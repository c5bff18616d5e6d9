"""Who else is after a deal, and who won it instead."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from pelatis.api import Actor, Problem, _, add, add_many, change_record, db, write_unit

from ..models import DealCompetitor, Opportunity
from .contacts import locked_deal


def create_deal_competitor(actor: Actor, values: Mapping[str, Any]) -> DealCompetitor:
    """Say that a competitor is after a deal.

    Args:
        actor: whoever says it; they may edit the deal.
        values: `opportunity_id`, `competitor_id`, and `note` where it is known.

    Raises:
        Problem: `sales.known_competitor` when that is known already; 403 or 404 without the right to edit the deal.
    """
    with write_unit() as session:
        locked_deal(actor, values["opportunity_id"])
        met = DealCompetitor(**values)
        if _is_met(met):
            message = _("They are known to be after this deal.")
            raise Problem("sales.known_competitor", message, fields={"competitor": [message]})
        added: DealCompetitor = add(session, actor, met)
        return added


def update_deal_competitor(actor: Actor, met: DealCompetitor, values: Mapping[str, Any]) -> DealCompetitor:
    """Change what is known of a competitor's offer; the deal and the competitor stay.

    Raises:
        Problem: 403 or 404 without the right to edit the deal.
    """
    with write_unit():
        locked_deal(actor, met.opportunity_id)
        changed: DealCompetitor = change_record(actor, met, {name: values[name] for name in values if name == "note"})
        return changed


def meet_winner(actor: Actor, opportunity: Opportunity) -> None:
    """Count whoever won a deal among its competitors."""
    if opportunity.lost_to_id is None:
        return
    met = DealCompetitor(opportunity_id=opportunity.id, competitor_id=opportunity.lost_to_id)
    with db.session.no_autoflush:
        known = _is_met(met)
    if not known:
        add(db.session(), actor, met)


def meet_winners(actor: Actor, opportunities: Sequence[Opportunity]) -> None:
    """Count those who won new deals among their competitors."""
    lost = [each for each in opportunities if each.lost_to_id is not None]
    add_many(actor, [DealCompetitor(opportunity_id=each.id, competitor_id=each.lost_to_id) for each in lost])


def _is_met(met: DealCompetitor) -> bool:
    statement = select(1).where(
        DealCompetitor.opportunity_id == met.opportunity_id,
        DealCompetitor.competitor_id == met.competitor_id,
        DealCompetitor.deleted_at.is_(None),
    )
    return db.session.execute(statement.limit(1)).first() is not None
