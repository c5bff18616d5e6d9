"""What the records of sales consist of, for forms, API, import and export; a module for each subject."""

from .accounts import PURPOSES, AccountMappingSchema
from .assignment import ASSIGNED, ASSIGNMENT_METHODS, AbsenceSchema, AssignmentRuleSchema
from .commissions import (
    COMMISSION_CAUSES,
    PLAN_STATUSES,
    SETTLEMENT_STATUSES,
    CommissionEntrySchema,
    CommissionMemberSchema,
    CommissionPlanSchema,
    CommissionSettlementSchema,
    CommissionSplitSchema,
)
from .competitors import CompetitorSchema, DealCompetitorSchema
from .contacts import CONTACT_ROLES, ContactRoleSchema
from .costs import COST_KINDS, SalesCostSchema
from .forecast import CATEGORY_TONES, FORECAST_CATEGORIES, OPEN_CATEGORIES
from .forms import ASKED, LeadFormSchema
from .invoices import INVOICE_KINDS, INVOICE_STATUSES, InvoiceLineSchema, InvoiceSchema
from .leads import DISQUALIFIED, LEAD_STATUSES, OPEN_LEADS, SOURCES, LeadSchema
from .numbers import NUMBERED, NumberFormatSchema
from .opportunities import LOST_REASONS, OpportunitySchema
from .orders import ORDER_STATUSES, DeliveryLineSchema, DeliverySchema, OrderLineSchema, OrderSchema
from .payments import METHODS, PAYMENT_KINDS, AllocationSchema, PaymentSchema
from .pipelines import REQUIRABLE, STAGE_KINDS, ExchangeRateSchema, PipelineSchema, StageSchema
from .quotes import (
    QUOTE_STATUSES,
    ApprovalLimitSchema,
    QuoteLineSchema,
    QuoteSchema,
    QuoteSetSchema,
)
from .targets import AdjustmentSchema, TargetSchema

__all__ = [
    "ASKED",
    "ASSIGNED",
    "ASSIGNMENT_METHODS",
    "CATEGORY_TONES",
    "COMMISSION_CAUSES",
    "CONTACT_ROLES",
    "COST_KINDS",
    "DISQUALIFIED",
    "FORECAST_CATEGORIES",
    "INVOICE_KINDS",
    "INVOICE_STATUSES",
    "LEAD_STATUSES",
    "LOST_REASONS",
    "METHODS",
    "NUMBERED",
    "OPEN_CATEGORIES",
    "OPEN_LEADS",
    "ORDER_STATUSES",
    "PAYMENT_KINDS",
    "PLAN_STATUSES",
    "PURPOSES",
    "QUOTE_STATUSES",
    "REQUIRABLE",
    "SETTLEMENT_STATUSES",
    "SOURCES",
    "STAGE_KINDS",
    "AbsenceSchema",
    "AccountMappingSchema",
    "AdjustmentSchema",
    "AllocationSchema",
    "ApprovalLimitSchema",
    "AssignmentRuleSchema",
    "CommissionEntrySchema",
    "CommissionMemberSchema",
    "CommissionPlanSchema",
    "CommissionSettlementSchema",
    "CommissionSplitSchema",
    "CompetitorSchema",
    "ContactRoleSchema",
    "DealCompetitorSchema",
    "DeliveryLineSchema",
    "DeliverySchema",
    "ExchangeRateSchema",
    "InvoiceLineSchema",
    "InvoiceSchema",
    "LeadFormSchema",
    "LeadSchema",
    "NumberFormatSchema",
    "OpportunitySchema",
    "OrderLineSchema",
    "OrderSchema",
    "PaymentSchema",
    "PipelineSchema",
    "QuoteLineSchema",
    "QuoteSchema",
    "QuoteSetSchema",
    "SalesCostSchema",
    "StageSchema",
    "TargetSchema",
]
