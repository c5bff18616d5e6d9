"""Choosing the options of a line: the dialog that opens where a product with options is put on a quote or an order."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import request
from sqlalchemy import select
from werkzeug.wrappers import Response

from pelatis.api import Actor, Customer, Problem, current_actor, db, fields, fragment, not_found, visible
from plugins.catalog.api import Configuration, Product, configuration_of, with_options

from ..models import Order, Quote
from ..models.documents import DocumentLine


@dataclass(frozen=True)
class OptionsDialog:
    """The dialog of one line, new or there already.

    Attributes:
        document: the draft that the line is of.
        url: where the line is written; `/options` behind it asks for the dialog.
        target: the selector of what the answer replaces.
        said: what the line says beside, handed on: `product`, `quantity`.
    """

    document: Quote | Order
    url: str
    target: str
    said: Mapping[str, Any]

    def open(self, chosen: Sequence[Any] = (), errors: Sequence[str] = ()) -> Response:
        """Show it.

        Args:
            chosen: ids of options; the usual ones where there are none.
            errors: what is wrong with them.
        """
        context = {"dialog": self, "shown": self._configuration(chosen), "errors": errors}
        answer = fragment("sales/documents/configure.html", 422 if errors else 200, **context)
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#dialog-content", "innerHTML"
        return answer

    def follow(self) -> Response:
        """Show its inner part as it is after a change in it."""
        shown = self._configuration(chosen_options(request.args))
        return fragment("sales/documents/options.html", dialog=self, shown=shown)

    def answer(self, chosen: Sequence[Any] = ()) -> Response:
        """Answer whoever asks for it: the whole, or after a change its inner part."""
        return self.follow() if "configured" in request.args else self.open(chosen)

    def take(self, write: Callable[[Sequence[str]], Any]) -> Response | None:
        """Write the line with what was chosen; what doesn't fit is told in the dialog.

        Returns:
            The dialog where the options don't fit; None once the line is written.
        """
        chosen = chosen_options(request.form)
        try:
            write(chosen)
        except Problem as problem:
            if "options" not in problem.fields:
                raise
            db.session.rollback()
            return self.open(chosen, problem.fields["options"])
        return None

    def _configuration(self, chosen: Sequence[Any]) -> Configuration:
        actor, customer = current_actor(), self.document.customer_id
        return configuration_of(
            actor,
            _visible_product(actor, self.said),
            db.session.get(Customer, customer) if customer else None,
            chosen=[_read(ma.fields.UUID(), option) for option in chosen],
            quantity=_read(fields.Decimals(), self.said.get("quantity") or "1"),
            currency=self.document.currency,
        )


def _read(declared: ma.fields.Field[Any], value: Any) -> Any:
    """Read what was typed or ticked.

    Raises:
        Problem: 422 for what it can't be.
    """
    try:
        return declared.deserialize(str(value))
    except ma.ValidationError as error:
        raise Problem("invalid", " ".join(map(str, error.messages))) from error


def needs_options(form: Mapping[str, str]) -> bool:
    """Tell whether a product was sent of whose options nobody was asked yet."""
    return "configured" not in form and bool(form.get("product")) and bool(with_options([_product(form)]))


def _visible_product(actor: Actor, said: Mapping[str, Any]) -> Product:
    statement = select(Product).where(Product.id == _product(said), visible(actor, Product))
    found = db.session.scalars(statement).first()
    if found is None:
        raise not_found()
    return found


def _product(form: Mapping[str, str]) -> UUID:
    product: UUID = _read(ma.fields.UUID(), form.get("product", ""))
    return product


def chosen_options(form: Any) -> list[str]:
    """Read the options that were ticked; each group has a field name of its own."""
    names = [name for name in form if name.startswith("option-")]
    return [option for name in names for option in form.getlist(name) if option]


def options_urls(lines: Sequence[DocumentLine], url: str) -> dict[UUID, str]:
    """Tell where the options of lines are chosen anew, in one statement; lines of products without any aren't in it.

    Args:
        lines: of one document.
        url: the document's.
    """
    offered = with_options({line.product_id for line in lines if line.product_id is not None})
    return {line.id: f"{url}/lines/{line.id}/options" for line in lines if line.product_id in offered}


def closed(answer: Response) -> Response:
    """Close the dialog with an answer."""
    triggers = json.loads(answer.headers.get("HX-Trigger", "{}"))
    answer.headers["HX-Trigger"] = json.dumps({**triggers, "dialog:close": {}})
    return answer
