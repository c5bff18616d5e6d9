"""What programs do with records of sales through the API, beside writing their fields: each is what a button does."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import marshmallow as ma
from marshmallow.validate import Range

from pelatis.api import Act, Actor, _l, fields

from ..models import Delivery, Lead, Quote
from ..operations import settlements
from ..operations.approvals import ask_for_approval, ask_for_approver, decide_approval
from ..operations.commission_plans import put_in_force
from ..operations.deliveries import cancel_rest, take_delivery_back
from ..operations.invoices import credit_invoice, post_invoice
from ..operations.leads import convert_lead
from ..operations.orders import cancel_order, confirm_order
from ..operations.payments import take_back
from ..operations.quotes import revise_quote, send_quote
from ..operations.recurring import set_recurring_status
from ..queries.invoices import lines_of_invoice
from ..queries.orders import lines_of_order

Values = Mapping[str, Any]


class DecisionSchema(ma.Schema):
    """What somebody says who decides."""

    note = fields.Text(label=_l("Note"))


class ConfirmationSchema(ma.Schema):
    """How an order is confirmed."""

    short = fields.Boolean(label=_l("Confirm anyway"))


class QuantitiesSchema(ma.Schema):
    """How much of which lines, by their ids; left out, all that is left of all of them."""

    quantities = ma.fields.Dict(keys=ma.fields.UUID(), values=fields.Decimals(validate=Range(min=0)))


class ReturnSchema(QuantitiesSchema):
    """What came back."""

    delivered_on = fields.Date(label=_l("Came back"))
    note = fields.Text(label=_l("Note"))
    to_stock = fields.Boolean(label=_l("Back into stock"))


def _take_delivery_back(actor: Actor, delivery: Delivery, values: Values) -> Delivery:
    said = {"day": values.get("delivered_on"), "note": values.get("note"), "to_stock": values.get("to_stock", True)}
    return take_delivery_back(actor, delivery, values.get("quantities"), **said)


def _plainly(operation: Callable[[Actor, Any], Any]) -> Callable[[Actor, Any, Values], Any]:
    """Let an operation that takes nothing but its record be an act."""
    return lambda actor, record, _values: operation(actor, record)


def _ask(actor: Actor, quote: Quote) -> Quote:
    ask_for_approval(actor, quote)
    return quote


def _ask_approver(lines_of: Callable[[Any], list[Any]], actor: Actor, document: Any, _values: Values) -> Any:
    ask_for_approver(actor, document, lines_of(document))
    return document


def _decide(grant: bool, actor: Actor, quote: Quote, values: Values) -> Quote:
    decide_approval(actor, quote, grant, values.get("note"))
    return quote


def _convert(actor: Actor, lead: Lead) -> Lead:
    convert_lead(actor, lead)
    return lead


def _let_be(status: str, actor: Actor, record: Any, _values: Values) -> Any:
    return set_recurring_status(actor, record, status)


LEAD_ACTS: Final = {"convert": Act(label=_l("Convert"), act=_plainly(_convert))}
QUOTE_ACTS: Final = {
    "send": Act(label=_l("Send"), act=_plainly(send_quote)),
    "revise": Act(label=_l("New version"), act=_plainly(revise_quote)),
    "ask": Act(label=_l("Ask for approval"), act=_plainly(_ask)),
    "approve": Act(label=_l("Approve"), act=partial(_decide, True), schema=DecisionSchema),
    "refuse": Act(label=_l("Refuse"), act=partial(_decide, False), schema=DecisionSchema),
}
ORDER_ACTS: Final = {
    "confirm": Act(
        label=_l("Confirm"),
        act=lambda actor, order, values: confirm_order(actor, order, short=values.get("short", False)),
        schema=ConfirmationSchema,
    ),
    "ask": Act(label=_l("Ask for approval"), act=partial(_ask_approver, lines_of_order)),
    "cancel": Act(label=_l("Cancel the order"), act=_plainly(cancel_order)),
    "cancel-rest": Act(
        label=_l("Cancel the rest"),
        act=lambda actor, order, values: cancel_rest(actor, order, values.get("quantities")),
        schema=QuantitiesSchema,
    ),
}
DELIVERY_ACTS: Final = {"take-back": Act(label=_l("Write a return down"), act=_take_delivery_back, schema=ReturnSchema)}
INVOICE_ACTS: Final = {
    "ask": Act(label=_l("Ask for approval"), act=partial(_ask_approver, lines_of_invoice)),
    "post": Act(label=_l("Post"), act=_plainly(post_invoice)),
    "credit": Act(
        label=_l("Credit note"),
        act=lambda actor, invoice, values: credit_invoice(actor, invoice, values.get("quantities")),
        schema=QuantitiesSchema,
    ),
}
ALLOCATION_ACTS: Final = {"take-back": Act(label=_l("Take it back"), act=_plainly(take_back))}
RECURRING_ACTS: Final = {
    "pause": Act(label=_l("Pause"), act=partial(_let_be, "paused")),
    "go-on": Act(label=_l("Go on"), act=partial(_let_be, "active")),
    "end": Act(label=_l("End it"), act=partial(_let_be, "ended")),
}
PLAN_ACTS: Final = {"put-in-force": Act(label=_l("Put in force"), act=_plainly(put_in_force))}
SETTLEMENT_ACTS: Final = {
    "approve": Act(label=_l("Approve"), act=_plainly(settlements.approve)),
    "reopen": Act(label=_l("Take the approval back"), act=_plainly(settlements.reopen)),
    "settle": Act(label=_l("Write down as paid"), act=_plainly(settlements.settle)),
    "reverse": Act(label=_l("Reverse it"), act=_plainly(settlements.reverse)),
}
