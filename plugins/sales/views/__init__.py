"""The pages of sales for staff: the pipeline's board, moves of deals, steps of leads, the report."""

from flask import Blueprint

blueprint = Blueprint("sales", __name__, template_folder="../templates")

from . import (  # noqa: E402, F401 – they put their routes on the blueprint
    approvals,
    assignment,
    commissions,
    contacts,
    deliveries,
    forecast,
    invoices,
    journal,
    leads,
    offers,
    orders,
    payments,
    perspectives,
    pipeline,
    quotes,
    recurring,
    report,
    reports,
)
