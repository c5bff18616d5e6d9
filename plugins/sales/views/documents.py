"""What the pages of orders and invoices share: their lines and sums, ready to be read, and what is typed of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response, after_this_request

from pelatis.api import (
    Problem,
    _,
    db,
    fields,
    format_amount,
    format_number,
    format_percent,
    format_price,
    not_found,
    toast,
    typed_number,
)
from plugins.catalog.api import UNUSED, unit_word

from ..letters import parts_of
from ..models.documents import DocumentLine, Totalled
from ..operations.pricing import kept_steps
from ..operations.rates import four_decimals
from .stock import StockWords


def money(amount: Decimal, currency: str) -> str:
    """Write an amount as it stands on a document."""
    return format_amount(amount, currency, whole=False)


@dataclass(frozen=True)
class Step:
    """One step of a price, ready to be read."""

    label: str
    amount: str
    note: str = ""
    is_sum: bool = False


@dataclass(frozen=True)
class DocumentRow:
    """A line of a document as its page draws it; every text is ready to be read."""

    line: Any
    code: str
    quantity: str
    unit: str
    price: str
    discount: str
    net: str
    steps: Sequence[Step]
    unused: str
    options: str
    options_url: str
    parts: Sequence[str]
    stock: StockWords | None


def row_of(line: Any, code: str, options_url: str = "", stock: StockWords | None = None) -> DocumentRow:
    """Write a line of a document for its page.

    Args:
        line: of any document.
        code: its product's; may be empty.
        options_url: where its options are chosen anew; empty for a line that stays or a product without any.
        stock: what is said of its stock.
    """
    return DocumentRow(
        line=line,
        code=code,
        quantity=format_number(line.quantity),
        unit=unit_word(line.unit, line.quantity),
        price=format_price(line.unit_price, line.currency),
        discount=format_percent(line.discount) if line.discount else "–",
        net=format_amount(line.net, line.currency, whole=False),
        steps=steps_of(line),
        unused=unused_of(line),
        options=options_of(line),
        options_url=options_url,
        parts=parts_of(line),
        stock=stock,
    )


@dataclass(frozen=True)
class QuantityField:
    """A field for how much of a line is meant: of what goes out, comes back or is reversed.

    Attributes:
        id: the line's.
        name: what the line says.
        unit: its word for the quantity.
        value: what stands in the field at first.
    """

    id: UUID
    name: str
    unit: str
    value: str


def quantity_field(line: DocumentLine, quantity: Decimal) -> QuantityField:
    """Give the field for how much of a line is meant, with a quantity in it."""
    return QuantityField(line.id, line.name, unit_word(line.unit, quantity), typed_number(quantity))


def options_of(line: DocumentLine) -> str:
    """List a line's options in one text."""
    return " · ".join(line.option_names)


def steps_of(line: DocumentLine) -> list[Step]:
    """Tell how the price of one unit of a line comes about, from the price list to the tax."""
    currency = line.currency
    used = (step for step in kept_steps(line) if step.kind not in UNUSED)
    steps = [Step(step.label, format_price(step.amount, currency), step.note) for step in used]
    if line.by_hand:
        steps.append(Step(_("Written by the seller"), format_price(line.unit_price, currency)))
    steps.append(Step(_("Unit price"), format_price(line.unit_price, currency), is_sum=True))
    if line.discount:
        words = _("Discount, %(discount)s", discount=format_percent(line.discount))
        steps.append(Step(words, format_price(four_decimals(-line.unit_price * line.discount / 100), currency)))
    if line.tax_rate is not None:
        taxed = line.unit_price * (100 - line.discount) / 100 * line.tax_rate / 100
        steps.append(Step(line.tax_name or "", "+" + format_price(four_decimals(taxed), currency), line.tax_note or ""))
    elif not line.parts:
        steps.append(Step(_("No tax rule fits"), "–"))
    else:
        steps += [Step(tax["name"] or "", "", _("on the share of some parts")) for tax in line.taxes]
    return steps


def unused_of(line: DocumentLine) -> str:
    """Tell what was considered for the price of a line and not used, in one sentence; empty for nothing."""
    told = "; ".join(step.label for step in kept_steps(line) if step.kind in UNUSED)
    return _("Considered and not used: %(prices)s.", prices=told) if told and not line.by_hand else ""


def sums_of(document: Totalled) -> list[tuple[str, str]]:
    """Write what a document comes to, tax by tax; the whole isn't among them."""
    sums = [(_("Net"), format_amount(document.net, document.currency, whole=False))]
    untaxed = document.net - sum((Decimal(tax["base"]) for tax in document.taxes), Decimal(0))
    if untaxed:
        base = format_amount(untaxed, document.currency, whole=False)
        sums.append((_("No tax rule fits %(base)s", base=base), "–"))
    for tax in document.taxes:
        base = format_amount(Decimal(tax["base"]), document.currency, whole=False)
        words = _("%(tax)s on %(base)s", tax=tax["name"], base=base)
        sums.append((words, format_amount(Decimal(tax["tax"]), document.currency, whole=False)))
    return sums


def typed_quantities(form: Mapping[str, str], prefix: str = "quantity-") -> dict[UUID, Decimal]:
    """Read how much was typed for each line, in fields named `quantity-<line id>`; what was left empty isn't there.

    Raises:
        Problem: 422 for what is no number or too large; 404 for a line that can't be.
    """
    said = {name.removeprefix(prefix): text for name, text in form.items() if name.startswith(prefix) and text.strip()}
    try:
        return {UUID(line): fields.Decimals().deserialize(fields.Typed(text)) for line, text in said.items()}
    except ValueError as error:
        raise not_found() from error
    except ma.ValidationError as error:
        message = str(error.messages[0])
        raise Problem("sales.bad_quantity", message, fields={"quantity": [message]}) from error


def part_of(model: Any, part_id: UUID, column: str, document: Any) -> Any:
    """Find a part of a document that may be seen.

    Raises:
        Problem: 404 for a part of another one, or one in the bin.
    """
    part = db.session.get(model, part_id)
    if part is None or getattr(part, column) != document.id or part.deleted_at is not None:
        raise not_found()
    return part


def tell_refusal(change: Callable[[], Any]) -> bool:
    """Change something; what can't be taken is told in a toast, with 422, and what was typed stays on the page.

    Returns:
        Whether it was changed.
    """
    try:
        change()
    except Problem as problem:
        if problem.status != 422:
            raise
        db.session.rollback()
        toast(words_of(problem), level="danger")
        after_this_request(_as_refused)
        return False
    return True


def _as_refused(response: Response) -> Response:
    if response.status_code == HTTPStatus.OK:
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        response.headers["HX-Reswap"] = "none"
    return response


def words_of(problem: Problem) -> str:
    """Say in one text what is wrong, field by field where it says so."""
    return " ".join(message for messages in problem.fields.values() for message in messages) or str(problem)
