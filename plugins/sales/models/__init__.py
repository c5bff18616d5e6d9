"""The tables of sales, a module for each subject."""

from .accounts import AccountMapping
from .assignment import Absence, Assignment, AssignmentRule
from .base import Model
from .batches import JournalBatch, JournalDocument
from .commissions import CommissionEntry, CommissionMember, CommissionPlan, CommissionSettlement, CommissionSplit
from .competitors import Competitor, DealCompetitor
from .contacts import ContactRole
from .costs import SalesCost
from .forms import LeadForm
from .invoices import Invoice, InvoiceLine
from .leads import Lead
from .numbers import NumberFormat, NumberSeries
from .opportunities import Opportunity, StageHistory
from .orders import Delivery, DeliveryLine, Order, OrderLine
from .payments import Allocation, Payment
from .pipelines import ExchangeRate, Pipeline, Stage
from .plans import AccountPlan
from .quotes import ApprovalLimit, Quote, QuoteApproval, QuoteLine, QuoteLink, QuoteSet, QuoteSignature
from .recurring import RecurringOrder, RepeatedOrder
from .snapshots import OpportunitySnapshot, SnapshotDay
from .targets import Adjustment, Target

__all__ = [
    "Absence",
    "AccountMapping",
    "AccountPlan",
    "Adjustment",
    "Allocation",
    "ApprovalLimit",
    "Assignment",
    "AssignmentRule",
    "CommissionEntry",
    "CommissionMember",
    "CommissionPlan",
    "CommissionSettlement",
    "CommissionSplit",
    "Competitor",
    "ContactRole",
    "DealCompetitor",
    "Delivery",
    "DeliveryLine",
    "ExchangeRate",
    "Invoice",
    "InvoiceLine",
    "JournalBatch",
    "JournalDocument",
    "Lead",
    "LeadForm",
    "Model",
    "NumberFormat",
    "NumberSeries",
    "Opportunity",
    "OpportunitySnapshot",
    "Order",
    "OrderLine",
    "Payment",
    "Pipeline",
    "Quote",
    "QuoteApproval",
    "QuoteLine",
    "QuoteLink",
    "QuoteSet",
    "QuoteSignature",
    "RecurringOrder",
    "RepeatedOrder",
    "SalesCost",
    "SnapshotDay",
    "Stage",
    "StageHistory",
    "Target",
]
