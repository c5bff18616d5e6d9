"""What a customer sees of their quote, without signing in: by the link that they were sent, and by it alone."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from markupsafe import escape
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from pelatis.api import (
    Customer,
    Problem,
    audience,
    company,
    current_actor,
    db,
    format_amount,
    in_language,
    not_found,
    render,
)

from ..letters import parts_of, quote_answer
from ..models import Quote, QuoteLine, QuoteSet
from ..operations.acceptance import accept_quote, bad_choice, decline_quote, is_open, total_with
from ..operations.quote_links import find_by_token, note_opening
from ..queries.quotes import lines_of, sets_of, signature_of
from . import blueprint


@blueprint.get("/quotes/<token>")
@audience("public")
def quote(token: str) -> Response:
    """Show a quote to its customer, in their language."""
    return _page(find_by_token(token)[1])


@blueprint.post("/quotes/<token>/opened")
@audience("public")
def opened(token: str) -> Response:
    """Note that the customer's browser shows the page: no scanner of mails, no preview of links, and nobody of ours."""
    link, found = find_by_token(token)
    if current_actor().user_id is None:
        note_opening(link, found)
    return Response(status=204)


@blueprint.post("/quotes/<token>/accept")
@audience("public")
def accept(token: str) -> Response:
    """Accept one set with the chosen options, by a signature."""
    return _answer(token, _accept)


@blueprint.post("/quotes/<token>/decline")
@audience("public")
def decline(token: str) -> Response:
    """Decline a quote."""
    return _answer(token, lambda found: decline_quote(found, request.form.get("reason", "")))


def _answer(token: str, act: Callable[[Quote], object]) -> Response:
    """Let a customer act on their quote; what is refused is told in its language, on the page as it stands then."""
    _link, found = find_by_token(token)
    with in_language(found.language):
        try:
            act(found)
        except Problem as problem:
            if problem.status not in (409, 422):
                raise
            db.session.rollback()
            return _page(found, problem)
    return redirect(url_for("sales_public.quote", token=token), 303)


def _accept(found: Quote) -> None:
    sent = request.form
    try:
        chosen, options = _choice(found, sent)
    except ValueError as error:
        raise bad_choice() from error
    accept_quote(found, chosen, options, sent.get("name", ""), sent.get("drawing", ""), request.remote_addr or "")


@blueprint.get("/quotes/<token>/total")
@audience("public")
def total(token: str) -> str:
    """Tell what the chosen set comes to with the chosen options, tax included."""
    _link, found = find_by_token(token)
    try:
        chosen, options = _choice(found, request.args)
    except ValueError as error:
        raise not_found() from error
    with in_language(found.language):
        return str(escape(format_amount(total_with(found, chosen, options), found.currency, whole=False)))


@blueprint.get("/quotes/<token>/pdf")
@audience("public")
def pdf(token: str) -> Response:
    """Give the quote as it is printed."""
    return quote_answer(find_by_token(token)[1])


def _choice(found: Quote, sent: MultiDict[str, str]) -> tuple[UUID, list[UUID]]:
    """Read which set was chosen with which options; what was ticked under another set before is left out.

    Raises:
        ValueError: for what is no choice.
    """
    chosen, options = UUID(sent.get("set", "")), [UUID(each) for each in sent.getlist("options")]
    sets = {line.id: line.set_id for line in lines_of(found)}
    return chosen, [each for each in options if sets.get(each, chosen) == chosen]


def _shown_choice(quote: Quote, sets: Sequence[QuoteSet]) -> tuple[UUID | None, str]:
    """Give the set that stands chosen, the first one until a customer chose, and what it comes to as it was sent."""
    try:
        chosen, options = _choice(quote, request.form)
        return chosen, format_amount(total_with(quote, chosen, options), quote.currency, whole=False)
    except (ValueError, Problem):
        first = sets[0] if sets else None
        return (first.id, format_amount(first.gross, quote.currency, whole=False)) if first else (None, "")


def _page(quote: Quote, problem: Problem | None = None) -> Response:
    sets, lines = sets_of(quote), lines_of(quote)
    customer = db.session.get(Customer, quote.customer_id) if quote.customer_id else None
    with in_language(quote.language):
        chosen, total = _shown_choice(quote, sets)
        return render(
            "sales/quotes/accept.html",
            problem.status if problem else 200,
            quote=quote,
            company=company().company_name,
            customer_name=customer.name if customer else "",
            sets=[_set(quote, each, [line for line in lines if line.set_id == each.id]) for each in sets],
            is_open=is_open(quote),
            signature=signature_of(quote),
            errors=problem.fields if problem else {},
            sent=request.form,
            chosen=chosen,
            total=total,
        )


def _set(quote: Quote, each: QuoteSet, lines: Sequence[QuoteLine]) -> dict[str, Any]:
    def money(amount: Decimal) -> str:
        return format_amount(amount, quote.currency, whole=False)

    return {
        "id": each.id,
        "name": each.name,
        "note": each.note or "",
        "net": money(each.net),
        "gross": money(each.gross),
        "taxes": [(tax["name"], tax["note"], money(Decimal(tax["tax"]))) for tax in each.taxes],
        "lines": [(line, money(line.net), parts_of(line)) for line in lines if line.counts],
        "options": [(line, money(line.net), parts_of(line)) for line in lines if line.optional],
        "is_accepted": quote.accepted_set_id == each.id,
    }
