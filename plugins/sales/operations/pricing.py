"""Prices of a document's lines: quotes, orders and invoices take them from the catalog alike."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from pelatis.api import Customer, Problem, _, db, today
from plugins.catalog.api import PricedLine, PriceRequest, Product, TaxRule, price_lines, sale_to, tax_rules_of

from ..models.documents import DocumentLine
from ..totals import line_net
from .rates import four_decimals, rate_of


def price_document_lines(customer_id: UUID | None, currency: str, lines: Sequence[DocumentLine]) -> None:
    """Give lines their price, cost and tax of today, all with a handful of statements.

    Args:
        customer_id: whose price lists and taxes hold; None while nobody is said.
        currency: the document's, ISO 4217.
        lines: of one document; a price by hand stays.

    Raises:
        Problem: `sales.no_name`, `sales.no_price` (422).
    """
    customer = db.session.get(Customer, customer_id) if customer_id else None
    sold = [line for line in lines if line.product_id is not None]
    requests = [PriceRequest(line.product_id, line.quantity) for line in sold if line.product_id]
    answers = price_lines(customer, requests, currency, today()) if requests else []
    rate = rate_of(currency, today()) if any(answer.cost is not None for answer in answers) else Decimal(1)
    for line, answer in zip(sold, answers, strict=True):
        _take_price(line, answer, rate)
    _tax_free_text(customer, [line for line in lines if line.product_id is None])
    for line in lines:
        if not line.name:
            message = _("Choose a product, or write what it is.")
            raise Problem("sales.no_name", message, fields={"name": [message]})
        if getattr(line, "unit_price", None) is None:
            raise _unpriced(line)
        line.net = line_net(line.quantity, line.unit_price, line.discount, currency)


def _unpriced(line: DocumentLine) -> Problem:
    words = {"name": line.name, "currency": line.currency}
    message = _("No price list has a price for “%(name)s” in %(currency)s. Write one.", **words)
    return Problem("sales.no_price", message, fields={"unit_price": [message]})


def _tax_free_text(customer: Customer | None, lines: Sequence[DocumentLine]) -> None:
    """Tax what stands in no catalog like any product of the standard class."""
    if lines:
        rules = tax_rules_of([Product(tax_class="standard")], sale_to(customer, today()) if customer else None)
        for line in lines:
            _take_tax(line, rules[0])


def _take_tax(line: DocumentLine, rule: TaxRule | None) -> None:
    line.tax_rule_id, line.tax_name = (rule.id, rule.name) if rule else (None, None)
    line.tax_note, line.tax_rate = (rule.note, rule.rate) if rule else (None, None)


def _take_price(line: DocumentLine, answer: PricedLine, rate: Decimal) -> None:
    line.name = line.name or answer.product.name
    line.unit = line.unit or answer.product.unit
    line.cost = None if answer.cost is None else four_decimals(answer.cost * rate)
    _take_tax(line, answer.tax_rule)
    line.steps = [
        {"kind": step.kind, "values": dict(step.values), "amount": None if step.amount is None else str(step.amount)}
        for step in answer.steps
    ]
    if not line.by_hand:
        if answer.unit_price is None:
            raise _unpriced(line)
        line.unit_price = answer.unit_price
