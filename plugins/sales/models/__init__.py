"""The tables of sales, a module for each subject."""

from .base import Model
from .leads import Lead
from .opportunities import Opportunity, StageHistory
from .pipelines import ExchangeRate, Pipeline, Stage
from .snapshots import OpportunitySnapshot, SnapshotDay

__all__ = [
    "ExchangeRate",
    "Lead",
    "Model",
    "Opportunity",
    "OpportunitySnapshot",
    "Pipeline",
    "SnapshotDay",
    "Stage",
    "StageHistory",
]
