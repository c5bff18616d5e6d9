"""What the records layer is told about each record type of sales, in the order of the rail."""

# ruff: noqa: I001 - the rail lists them in the order in which they are named here
from .leads import LEADS
from .opportunities import OPEN_DEALS, OPPORTUNITIES
from .quotes import APPROVAL_LIMITS, QUOTE_LINES, QUOTE_SETS, QUOTES
from .orders import DELIVERIES, DELIVERY_LINES, ORDER_LINES, ORDERS
from .recurring import RECURRING_ORDERS
from .invoices import INVOICE_LINES, INVOICES
from .payments import ALLOCATIONS, PAYMENTS
from .accounts import ACCOUNTS
from .numbers import NUMBER_FORMATS
from .batches import BATCHES
from .contacts import CONTACT_ROLE_TYPE
from .plans import ACCOUNT_PLANS
from .competitors import COMPETITORS, DEAL_COMPETITORS, DEALS_MET
from .forms import LEAD_FORMS
from .assignment import ABSENCES, ASSIGNMENT_RULES
from .pipelines import EXCHANGE_RATES, PIPELINES, STAGES
from .targets import ADJUSTMENTS, TARGETS
from .costs import SALES_COSTS
from .commissions import COMMISSION_ENTRIES, COMMISSION_MEMBERS, COMMISSION_PLANS, COMMISSION_SPLITS, SETTLEMENTS

__all__ = [
    "ABSENCES",
    "ACCOUNTS",
    "ACCOUNT_PLANS",
    "ADJUSTMENTS",
    "ALLOCATIONS",
    "APPROVAL_LIMITS",
    "ASSIGNMENT_RULES",
    "BATCHES",
    "COMMISSION_ENTRIES",
    "COMMISSION_MEMBERS",
    "COMMISSION_PLANS",
    "COMMISSION_SPLITS",
    "COMPETITORS",
    "CONTACT_ROLE_TYPE",
    "DEALS_MET",
    "DEAL_COMPETITORS",
    "DELIVERIES",
    "DELIVERY_LINES",
    "EXCHANGE_RATES",
    "INVOICES",
    "INVOICE_LINES",
    "LEADS",
    "LEAD_FORMS",
    "NUMBER_FORMATS",
    "OPEN_DEALS",
    "OPPORTUNITIES",
    "ORDERS",
    "ORDER_LINES",
    "PAYMENTS",
    "PIPELINES",
    "QUOTES",
    "QUOTE_LINES",
    "QUOTE_SETS",
    "RECURRING_ORDERS",
    "SALES_COSTS",
    "SETTLEMENTS",
    "STAGES",
    "TARGETS",
]
