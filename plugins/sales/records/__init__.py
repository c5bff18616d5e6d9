"""What the records layer is told about each record type of sales, in the order of the rail."""

from .leads import LEADS
from .opportunities import OPEN_DEALS, OPPORTUNITIES
from .pipelines import EXCHANGE_RATES, PIPELINES, STAGES

__all__ = ["EXCHANGE_RATES", "LEADS", "OPEN_DEALS", "OPPORTUNITIES", "PIPELINES", "STAGES"]
