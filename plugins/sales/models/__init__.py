"""The tables of sales, a module for each subject."""

from .base import Model
from .competitors import Competitor, DealCompetitor
from .contacts import ContactRole
from .forms import LeadForm
from .leads import Lead
from .opportunities import Opportunity, StageHistory
from .pipelines import ExchangeRate, Pipeline, Stage
from .snapshots import OpportunitySnapshot, SnapshotDay
from .targets import Adjustment, Target

__all__ = [
    "Adjustment",
    "Competitor",
    "ContactRole",
    "DealCompetitor",
    "ExchangeRate",
    "Lead",
    "LeadForm",
    "Model",
    "Opportunity",
    "OpportunitySnapshot",
    "Pipeline",
    "SnapshotDay",
    "Stage",
    "StageHistory",
    "Target",
]
