"""How what belongs to a deal belongs to people."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, select

from pelatis.api import Actor, Scope, visible

from ..models import Opportunity


@dataclass(frozen=True)
class PartOfDeal:
    """Whoever sees a deal sees its parts, and whoever may edit it may change them, whoever wrote them."""

    def criterion(self, actor: Actor, model: Any, action: str, scope: Scope) -> ColumnElement[bool]:
        """Reach the parts of every deal that is reached."""
        needed = action if action in ("view", "export") else "edit"
        seen = select(1).where(Opportunity.id == model.opportunity_id, visible(actor, Opportunity, needed))
        return exists(seen.correlate(model.__table__))
