"""Orders and invoices that are past a limit: what their pages say of it, and asking those who may approve."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from werkzeug.wrappers import Response

from pelatis.api import Actor, audience, current_actor, find_record, ngettext, redirect_or_refresh, toast

from ..models import Invoice, Order
from ..models.documents import DocumentLine
from ..operations.approvals import ask_for_approver, may_let_pass
from ..operations.limits import reasons_against
from ..queries.invoices import lines_of_invoice
from ..queries.orders import lines_of_order
from ..records import INVOICES, ORDERS
from . import blueprint


def approval_context(actor: Actor, document: Order | Invoice, lines: Sequence[DocumentLine]) -> dict[str, Any]:
    """Say why a draft needs an approval, and whether who looks may confirm or post it all the same."""
    reasons = reasons_against(document, lines) if document.sealed_at is None else []
    return {"reasons": reasons, "needs_another": bool(reasons) and not may_let_pass(actor, document)}


@blueprint.post("/orders/<uuid:record_id>/ask")
@audience("staff")
def ask_to_confirm(record_id: UUID) -> Response:
    """Ask those who may approve an order to confirm it."""
    actor = current_actor()
    order = find_record(actor, ORDERS, record_id, "edit")
    return _asked(ask_for_approver(actor, order, lines_of_order(order)), ORDERS.url_of(order.id))


@blueprint.post("/invoices/<uuid:record_id>/ask")
@audience("staff")
def ask_to_post(record_id: UUID) -> Response:
    """Ask those who may approve an invoice to post it."""
    actor = current_actor()
    invoice = find_record(actor, INVOICES, record_id, "edit")
    return _asked(ask_for_approver(actor, invoice, lines_of_invoice(invoice)), INVOICES.url_of(invoice.id))


def _asked(count: int, url: str) -> Response:
    toast(ngettext("%(num)s person was asked.", "%(num)s people were asked.", count))
    return redirect_or_refresh(url)
