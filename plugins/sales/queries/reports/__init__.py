"""The reports of sales: each is a table, read in a fixed number of statements over the deals that an actor may see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pelatis.api import _l

from .accuracy import accuracy
from .ageing import ageing
from .conversion import conversion
from .costs import costs_by_customer, costs_by_deal, costs_by_person
from .losses import competitors, reasons
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
    """

    title: Any
    subject: Any
    read: Callable[[Asked], Table]


#: Every report by its name in URLs and in the shell.
REPORTS: Final[Mapping[str, Report]] = {
    "conversion": Report(_l("Stage conversion"), _l("Of 100 deals, how many reach each stage"), conversion),
    "velocity": Report(_l("Velocity"), _l("Won by month"), velocity),
    "ageing": Report(_l("Ageing"), _l("Open deals by the days in their stage"), ageing),
    "reasons": Report(_l("Why deals are lost"), _l("Lost deals by reason"), reasons),
    "competitors": Report(_l("Competitors"), _l("Deals won and lost by competitor"), competitors),
    "accuracy": Report(_l("Forecast accuracy"), _l("Won by quarter, against what was weighted as it began"), accuracy),
    "costs": Report(_l("Cost by person"), _l("Cost of selling by person"), costs_by_person),
    "costs-by-customer": Report(_l("Cost by customer"), _l("Cost of selling by customer"), costs_by_customer),
    "costs-by-deal": Report(_l("Cost by deal"), _l("Cost of selling by deal"), costs_by_deal),
    "targets": Report(_l("Targets"), _l("Won against each target"), targets),
}
