"""Beside a deal's own page: how likely it is won, as its seller says and as the past says."""

from collections.abc import Iterator
from typing import Any

from pelatis.api import Actor, Panel, User, _, base_currency, db, format_amount, format_percent, ngettext

from ..chances import Chance, Ended, size_of
from ..models import Opportunity, Stage
from ..queries.chances import learned_chance
from ..schemas import SOURCES


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give the chance of an open deal."""
    if slot == "record.sidebar" and isinstance(record, Opportunity):
        stage = db.session.get(Stage, record.stage_id)
        chance = learned_chance(actor, record) if stage is not None and stage.kind == "open" else None
        if stage is not None and chance is not None:
            yield _chance_panel(record, stage, chance)


def _chance_panel(opportunity: Opportunity, stage: Stage, chance: Chance) -> Panel:
    own = opportunity.probability
    said = _("as its stage says") if own is None else _("as its seller says")
    return Panel(
        id="sales.chance",
        title=_("Chance to win"),
        template="sales/panels/chance.html",
        context={
            "icon": "target-arrow",
            "said": (said, format_percent(stage.probability if own is None else own)),
            "learned": format_percent(chance.percent),
            "stands_on": _stands_on(chance.reached, stage),
            "alike": [(_alike(name, opportunity), _ended(ended)) for name, ended in chance.alike.items()],
        },
        figure=format_percent(chance.percent),
        order=15,
    )


def _stands_on(reached: Ended, stage: Stage) -> str:
    if not reached.count:
        return str(_("No deal that was in %(stage)s has ended yet: this is the rate of all deals.", stage=stage.name))
    return str(
        ngettext(
            "Learned from %(num)s deal that was in %(stage)s and has ended.",
            "Learned from %(num)s deals that were in %(stage)s and have ended.",
            reached.count,
            stage=stage.name,
        )
    )


def _alike(name: str, opportunity: Opportunity) -> str:
    """Say what other deals share with a deal."""
    if name == "owner":
        owner = db.session.get(User, opportunity.owner_id)
        return owner.name if owner else "–"
    if name == "source":
        return str(SOURCES.get(opportunity.source or "", "–"))
    least, below = (None if limit is None else _money(limit) for limit in size_of(opportunity.amount_base))
    if least is None:
        return str(_("below %(amount)s", amount=below))
    return str(_("from %(amount)s on", amount=least)) if below is None else f"{least} – {below}"


def _money(amount: Any) -> str:
    return str(format_amount(amount, base_currency(), whole=True))


def _ended(ended: Ended) -> str:
    if not ended.count:
        return str(_("none yet"))
    rate = format_percent(round(100 * ended.won / ended.count))
    return str(ngettext("%(rate)s of %(num)s", "%(rate)s of %(num)s", ended.count, rate=rate))
