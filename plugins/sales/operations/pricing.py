"""Prices of a document's lines: quotes, orders and invoices take them from the catalog alike."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from pelatis.api import Customer, Problem, _, db, today
from plugins.catalog.api import (
    UNUSED,
    PricedLine,
    PricedPart,
    PriceRequest,
    PriceStep,
    Product,
    TaxRule,
    choose_options,
    price_lines,
    sale_to,
    summed,
    tax_rules_of,
    variants_of,
)

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
    requests = [
        PriceRequest(line.product_id, line.quantity, _options(line)) for line in sold if line.product_id is not None
    ]
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


def kept_steps(line: DocumentLine) -> list[PriceStep]:
    """Give the steps of the catalog's price that a line keeps, those that were considered and not used among them."""
    amounts = (None if each["amount"] is None else Decimal(each["amount"]) for each in line.steps)
    return [
        PriceStep(each["kind"], each["values"], amount, line.currency)
        for each, amount in zip(line.steps, amounts, strict=True)
    ]


def listed_price(line: DocumentLine) -> Decimal:
    """Give what the price lists said for one unit of a line when it was priced; 0 for what stands in none of them."""
    return summed(step for step in kept_steps(line) if step.kind not in UNUSED)


def configure_line(line: DocumentLine, said: Sequence[str] | None) -> None:
    """Choose the options of a line whose product or options are said anew; pricing it fills in the rest of them.

    Args:
        line: of a draft.
        said: the code, name or id of each; none of them for what is usual.

    Raises:
        Problem: `catalog.bad_configuration` (422) for what can't be ordered so; `sales.no_variant` (422) for a product
            of which variants are sold.
    """
    product = db.session.get(Product, line.product_id) if line.product_id else None
    if product is None and said:
        message = _("Choose a product first; these are its options.")
        raise Problem("catalog.bad_configuration", message, fields={"options": [message]})
    if product is not None and variants_of(product.id):
        message = _("Choose one of its variants.")
        raise Problem("sales.no_variant", message, fields={"product": [message]})
    line.configuration = (
        [] if product is None else [{"id": str(option)} for option in choose_options(product, said or None)]
    )


def _options(line: DocumentLine) -> tuple[UUID, ...]:
    return tuple(UUID(option["id"]) for option in line.configuration or ())


def _unpriced(line: DocumentLine) -> Problem:
    words = {"name": line.name, "currency": line.currency}
    message = _("No price list has a price for “%(name)s” in %(currency)s. Write one.", **words)
    return Problem("sales.no_price", message, fields={"unit_price": [message]})


def _tax_free_text(customer: Customer | None, lines: Sequence[DocumentLine]) -> None:
    """Tax what stands in no catalog like any product of the standard class."""
    if lines:
        rules = tax_rules_of([Product(tax_class="standard")], sale_to(customer, today()) if customer else None)
        for line in lines:
            line.parts = []
            _take_tax(line, rules[0])


def _take_tax(line: DocumentLine, rule: TaxRule | None) -> None:
    line.tax_rule_id, line.tax_name = (rule.id, rule.name) if rule else (None, None)
    line.tax_note, line.tax_rate = (rule.note, rule.rate) if rule else (None, None)


def _take_price(line: DocumentLine, answer: PricedLine, rate: Decimal) -> None:
    line.name = line.name or answer.product.name
    line.unit = line.unit or answer.product.unit
    line.cost = None if answer.cost is None else four_decimals(answer.cost * rate)
    line.configuration = [
        {"id": str(each.id), "code": each.code, "group": each.group, "name": each.name, "amount": _text(each.amount)}
        for each in answer.options
    ]
    line.parts = [_part(part) for part in answer.parts]
    _take_tax(line, answer.tax_rule)
    line.steps = [
        {"kind": step.kind, "values": dict(step.values), "amount": _text(step.amount)}
        for step in (*answer.steps, *answer.unused)
    ]
    if not line.by_hand:
        if answer.unit_price is None:
            raise _unpriced(line)
        line.unit_price = answer.unit_price


def _part(part: PricedPart) -> dict[str, Any]:
    product, rule = part.product, part.tax_rule
    return {
        "product_id": str(product.id),
        "sku": product.sku,
        "name": product.name,
        "unit": product.unit,
        "quantity": str(part.quantity),
        "weight": str(part.weight),
        "tax": {"id": str(rule.id), "name": rule.name, "note": rule.note, "rate": str(rule.rate)} if rule else None,
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
