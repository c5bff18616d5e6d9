"""Lines as they are typed on the pages of quotes, orders and invoices.

A dialog asks for the variant and the options of a product that has any before its line is written.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import request
from sqlalchemy import select
from werkzeug.wrappers import Response

from pelatis.api import (
    Actor,
    Customer,
    Problem,
    RecordType,
    create_record,
    current_actor,
    db,
    fields,
    format_amount,
    fragment,
    last_transaction,
    ngettext,
    not_found,
    toast,
    today,
    typed_number,
    update_record,
    visible,
)
from plugins.catalog.api import (
    Configuration,
    Product,
    VariantChoice,
    configuration_of,
    variant_choice_of,
    with_options,
    with_variants,
)

from ..models import Invoice, Order, Quote
from ..models.documents import DocumentLine
from ..operations.pasting import add_pasted_lines
from ..pasted import read_pasted
from .documents import tell_refusal, words_of
from .stock import available_words

#: What is typed of a new line.
NUMBERS = ("quantity", "unit_price", "discount")
TYPED = ("product", "name", *NUMBERS)


@dataclass(frozen=True)
class LineChoice:
    """What is chosen in the dialog of a line, ready to be drawn.

    Attributes:
        variants: the choice among variants; None for a product without any.
        options: the options of the product or of the chosen variant.
        stock: what is there of each variant that could be chosen, in words, by its id.
    """

    variants: VariantChoice | None
    options: Configuration
    stock: Mapping[UUID, str]

    @property
    def values(self) -> dict[str, Any]:
        """What is written of the line beside its options."""
        return {"product": str(self.variants.variant.id)} if self.variants else {}

    def note_of(self, value: Any) -> str:
        """Tell what a value of an attribute costs more or less, and what is there of it."""
        if value.variant is None or self.variants is None:
            return ""
        change = value.difference
        told = format_amount(abs(change), self.variants.currency, whole=False) if change else ""
        sign = "" if not told else "+" if change > 0 else "−"
        return " · ".join(filter(None, (sign + told, self.stock.get(value.variant.id, ""))))


@dataclass(frozen=True)
class LineDialog:
    """The dialog of one line, new or there already.

    Attributes:
        document: the draft that the line is of.
        url: where the line is written; `/options` behind it asks for the dialog.
        target: the selector of what the answer replaces.
        said: what the line says beside, handed on: `product`, `quantity`.
    """

    document: Quote | Order | Invoice
    url: str
    target: str
    said: Mapping[str, Any]

    def open(self, chosen: Sequence[Any] = (), errors: Sequence[str] = ()) -> Response:
        """Show it.

        Args:
            chosen: ids of options; the usual ones where there are none.
            errors: what is wrong with them.
        """
        context = {"dialog": self, "shown": self._choice(chosen), "errors": errors}
        answer = fragment("sales/documents/configure.html", 422 if errors else 200, **context)
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#dialog-content", "innerHTML"
        return answer

    def answer(self, chosen: Sequence[Any] = ()) -> Response:
        """Answer whoever asks for it: the whole, or after a change its inner part."""
        if "configured" not in request.args:
            return self.open(chosen)
        shown = self._choice(_ticked(request.args))
        return fragment("sales/documents/options.html", dialog=self, shown=shown)

    def take(self, write: Callable[[Mapping[str, Any]], Any]) -> Response | None:
        """Write the line with what was chosen; what doesn't fit is told in the dialog.

        Returns:
            The dialog where the options don't fit; None once the line is written.
        """
        chosen = _ticked(request.form)
        try:
            write({**self._choice(chosen).values, "options": chosen})
        except Problem as problem:
            if "options" not in problem.fields:
                raise
            db.session.rollback()
            return self.open(chosen, problem.fields["options"])
        return None

    def _choice(self, chosen: Sequence[Any]) -> LineChoice:
        actor, customer_id = current_actor(), self.document.customer_id
        customer = db.session.get(Customer, customer_id) if customer_id else None
        quantity = _read(fields.Decimals(), fields.Typed(self.said.get("quantity") or "1"))
        currency = self.document.currency
        product = _visible_product(actor, self.said)
        variants = variant_choice_of(
            actor, product, customer, said=_values_said(), quantity=quantity, currency=currency
        )
        options = configuration_of(
            actor,
            variants.variant if variants else product,
            customer,
            chosen=[_read(ma.fields.UUID(), option) for option in chosen],
            quantity=quantity,
            currency=currency,
        )
        return LineChoice(variants, options, _stock_of(actor, variants))


def _stock_of(actor: Actor, choice: VariantChoice | None) -> Mapping[UUID, str]:
    if choice is None:
        return {}
    ids = {value.variant.id for group in choice.groups for value in group.values if value.variant}
    return available_words(actor, ids | {choice.variant.id}, today())


def add_typed_line(
    dialog: LineDialog, lines: RecordType, beside: Mapping[str, Any], changed: Callable[[], Response]
) -> Response:
    """Add the line that was typed; a product with variants or options opens the dialog first.

    Args:
        dialog: the dialog for a new line of the document.
        lines: the record type of its lines.
        beside: what of the line isn't typed: the document that it is of.
        changed: gives the document's page as it is then.
    """
    write = partial(create_record, current_actor(), lines)
    values = {**typed_line(), **beside}
    if _needs_choice(request.form):
        return dialog.open()
    if "configured" in request.form:
        return dialog.take(lambda chosen: write({**values, **chosen})) or closed(changed())
    tell_refusal(lambda: write(values))
    return changed()


def typed_line() -> dict[str, Any]:
    """Give what was typed of a new line."""
    return typed_of_line(name for name in TYPED if request.form.get(name))


def typed_of_line(names: Iterable[str]) -> dict[str, Any]:
    """Give what was typed of a line, its numbers as such."""
    return {name: fields.Typed(request.form[name]) if name in NUMBERS else request.form[name] for name in names}


def add_pasted(lines: RecordType, beside: Mapping[str, Any], changed: Callable[..., Response]) -> Response:
    """Add the lines that were pasted; the rows that couldn't be taken stay in their field with their reasons.

    Args:
        lines: the record type of the document's lines.
        beside: what of each line isn't pasted: the document that it is of.
        changed: gives the document's page as it is then; takes `pasted`.
    """
    rows = read_pasted(request.form.get("rows", ""))
    refused = add_pasted_lines(current_actor(), lines, beside, rows)
    if added := len(rows) - len(refused):
        toast(ngettext("%(num)s line is new.", "%(num)s lines are new.", added), undo=last_transaction())
    return changed(pasted=[(row.text, words_of(problem)) for row, problem in refused])


def lines_in_order() -> list[UUID]:
    """Read the ids of lines in the order in which they were put."""
    return request.form.getlist("line", type=UUID)


def choose_anew(dialog: LineDialog, lines: RecordType, line: DocumentLine, changed: Callable[[], Response]) -> Response:
    """Write the variant and the options that were chosen for a line that is there.

    Args:
        dialog: the line's dialog.
        lines: the record type of the document's lines.
        line: the line.
        changed: gives the document's page as it is then.
    """
    return dialog.take(partial(update_record, current_actor(), lines, line)) or closed(changed())


def dialog_of(document: Any, line: DocumentLine, url: str, target: str) -> LineDialog:
    """Give the dialog of a line that is there.

    Args:
        document: the draft that it is of.
        line: the line.
        url: the document's.
        target: the selector of what the answer replaces.
    """
    said = {"product": line.product_id, "quantity": typed_number(line.quantity)}
    return LineDialog(document, f"{url}/lines/{line.id}", target, said)


def options_chosen(line: DocumentLine) -> list[str]:
    """Give the ids of the options of a line."""
    return [option["id"] for option in line.configuration]


def _read(declared: ma.fields.Field[Any], value: Any) -> Any:
    """Read what was typed or ticked.

    Raises:
        Problem: 422 for what it can't be.
    """
    try:
        return declared.deserialize(value)
    except ma.ValidationError as error:
        raise Problem("invalid", " ".join(map(str, error.messages))) from error


def _needs_choice(form: Mapping[str, str]) -> bool:
    """Tell whether a product was sent of whose variants or options nobody was asked yet."""
    if "configured" in form or not form.get("product"):
        return False
    product = _visible_product(current_actor(), form)
    has_variants = product.template_id is None and bool(with_variants([product.id]))
    return has_variants or bool(with_options([product.id]))


def _visible_product(actor: Actor, said: Mapping[str, Any]) -> Product:
    statement = select(Product).where(Product.id == _product(said), visible(actor, Product))
    found = db.session.scalars(statement).first()
    if found is None:
        raise not_found()
    return found


def _product(form: Mapping[str, str]) -> UUID:
    product: UUID = _read(ma.fields.UUID(), form.get("product", ""))
    return product


def _ticked(form: Any) -> list[str]:
    """Read the options that were ticked; each group has a field name of its own."""
    names = [name for name in form if name.startswith("option-")]
    return [option for name in names for option in form.getlist(name) if option]


def _values_said() -> list[str]:
    """Read the chosen value of each attribute, in their order."""
    return [request.values[name] for place in range(20) if (name := f"feature-{place}") in request.values]


def options_urls(lines: Sequence[DocumentLine], url: str) -> dict[UUID, str]:
    """Tell where the variants and options of lines are chosen anew, in two statements; other lines aren't in it.

    Args:
        lines: of one document.
        url: the document's.
    """
    ids = {line.product_id for line in lines if line.product_id is not None and not line.is_agreed}
    offered = with_options(ids) | with_variants(ids)
    return {line.id: f"{url}/lines/{line.id}/options" for line in lines if line.product_id in offered}


def closed(answer: Response) -> Response:
    """Close the dialog with an answer."""
    triggers = json.loads(answer.headers.get("HX-Trigger", "{}"))
    answer.headers["HX-Trigger"] = json.dumps({**triggers, "dialog:close": {}})
    return answer
