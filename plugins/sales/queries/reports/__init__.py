"""The reports of sales: each is a table, read in a fixed number of statements over the deals that an actor may see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pelatis.api import Actor, _l, may
from plugins.catalog.api import Cost

from ...models import Invoice, Opportunity
from .accuracy import accuracy
from .ageing import ageing
from .conversion import conversion
from .costs import costs_by_customer, costs_by_deal, costs_by_person
from .losses import competitors, reasons
from .margins import margins_by_customer, margins_by_product
from .tables import Asked, Table
from .targets import targets
from .velocity import velocity


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes:
        title: what it is called, lazily translated.
        subject: what its chart shows, lazily translated.
        read: reads it.
        needs: what one must be allowed to see for it beside deals.
        narrows: whether it is of deals alone, and can be asked of some of them by the filter of their list.
    """

    title: Any
    subject: Any
    read: Callable[[Asked], Table]
    needs: Sequence[Any] = ()
    narrows: bool = False

    def may_read(self, actor: Actor) -> bool:
        """Tell whether somebody may see it."""
        return all(may(actor, each, "view") for each in (Opportunity, *self.needs))


#: Every report by its name in URLs and in the shell.
REPORTS: Final[Mapping[str, Report]] = {
    "conversion": Report(
        _l("Stage conversion"), _l("Of 100 deals, how many reach each stage"), conversion, narrows=True
    ),
    "velocity": Report(_l("Velocity"), _l("Won by month"), velocity, narrows=True),
    "ageing": Report(_l("Ageing"), _l("Open deals by the days in their stage"), ageing, narrows=True),
    "reasons": Report(_l("Why deals are lost"), _l("Lost deals by reason"), reasons, narrows=True),
    "competitors": Report(_l("Competitors"), _l("Deals won and lost by competitor"), competitors, narrows=True),
    "accuracy": Report(_l("Forecast accuracy"), _l("Won by quarter, against what was weighted as it began"), accuracy),
    "costs": Report(_l("Cost by person"), _l("Cost of selling by person"), costs_by_person),
    "costs-by-customer": Report(_l("Cost by customer"), _l("Cost of selling by customer"), costs_by_customer),
    "costs-by-deal": Report(_l("Cost by deal"), _l("Cost of selling by deal"), costs_by_deal),
    "margins": Report(_l("Margin by customer"), _l("Invoiced by customer"), margins_by_customer, (Invoice, Cost)),
    "margins-by-product": Report(
        _l("Margin by product"), _l("Invoiced by product"), margins_by_product, (Invoice, Cost)
    ),
    "targets": Report(_l("Targets and budgets"), _l("Reached of each target"), targets),
}
