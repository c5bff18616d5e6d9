"""A quote's page, and every change to it: its sets and lines, its approval, its versions and its link."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from flask import request, url_for
from werkzeug.wrappers import Response

from pelatis.api import (
    LANGUAGES,
    Actor,
    Customer,
    _,
    audience,
    bin_record,
    can_send_mail,
    check_version,
    create_record,
    current_actor,
    db,
    find_record,
    format_amount,
    format_number,
    format_percent,
    format_price,
    fragment,
    in_language,
    last_transaction,
    mails_about,
    may,
    redirect_or_refresh,
    show_record,
    titles,
    toast,
    typed_number,
    update_record,
)
from plugins.catalog.api import Cost, unit_word

from ..letters import parts_of, quote_answer
from ..models import Order, Quote, QuoteApproval, QuoteLine, QuoteSet
from ..operations.approvals import ask_for_approval, decide_approval
from ..operations.limits import discount_to_drop, reasons_for_approval
from ..operations.mailing import mail_quote, words_for
from ..operations.quote_lines import copy_set, order_set_lines, remove_set
from ..operations.quote_links import link_for, revoke_link, token_of
from ..operations.quotes import OPEN, revise_quote, send_quote
from ..operations.states import may_decide_own
from ..queries.orders import order_of_quote
from ..queries.products import ProductWords, product_words
from ..queries.quotes import (
    approval_of,
    lines_of,
    link_of,
    sets_of,
    signature_of,
    versions_of,
)
from ..records import QUOTE_LINES, QUOTE_SETS, QUOTES
from ..schemas import QUOTE_STATUSES
from ..schemas.quotes import QUOTE_TONES
from ..totals import margin_percent
from . import blueprint
from .documents import Step, options_of, part_of, steps_of, sums_of, tell_refusal, unused_of
from .lines import (
    LineDialog,
    add_pasted,
    add_typed_line,
    choose_anew,
    dialog_of,
    lines_in_order,
    options_chosen,
    options_urls,
    typed_line,
    typed_of_line,
)
from .margins import split_margin
from .stock import StockWords, stock_for

#: The statuses in which a quote says what there is in stock.
STOCKED = frozenset({"draft", "in_approval"}) | OPEN
#: What a seller may change of a line where it stands.
LINE_FIELDS = ("name", "quantity", "unit_price", "discount", "optional")


@dataclass(frozen=True)
class LineRow:
    """A line as the page draws it; every text is ready to be read."""

    line: QuoteLine
    code: str
    quantity: str
    quantity_in: str
    unit: str
    price: str
    discount: str
    discount_in: str
    margin: str
    is_thin: bool
    net: str
    steps: Sequence[Step]
    unused: str
    options: str
    options_url: str
    parts: Sequence[str]
    stock: StockWords | None


@dataclass(frozen=True)
class SetCard:
    """An alternative as the page draws it."""

    set: QuoteSet
    net: str
    margin: str
    tone: str
    is_shown: bool


@blueprint.get("/quotes/<uuid:record_id>")
@audience("staff")
def quote_page(record_id: UUID) -> Response:
    """Show a quote with one of its sets (`?set=`)."""
    actor = current_actor()
    quote = find_record(actor, QUOTES, record_id, binned=True)
    return show_record(actor, QUOTES, quote, **_context(actor, quote, request.args.get("set")))


def _context(actor: Actor, quote: Quote, wanted: str | None = None, only: QuoteLine | None = None) -> dict[str, Any]:
    """Gather what a quote's page shows beside what every record's does; of the lines `only` one where it is given."""
    sets = sets_of(quote)
    accepted = str(quote.accepted_set_id) if quote.accepted_set_id else None
    shown = next((each for each in sets if str(each.id) == (wanted or accepted)), sets[0] if sets else None)
    shows_cost = may(actor, Cost, "view")
    of_set = lines_of(quote, shown)
    lines = [only] if only else of_set
    words = product_words(actor, of_set)
    is_editable = quote.sealed_at is None and quote.deleted_at is None and may(actor, Quote, "edit")
    stock = stock_for(actor, of_set if quote.status in STOCKED else [])
    urls = options_urls(lines, QUOTES.url_of(quote.id)) if is_editable else {}
    reasons = reasons_for_approval(quote) if quote.sealed_at is None else {}
    approval = approval_of(quote)
    link = link_of(quote) if quote.sealed_at else None
    customers = titles(actor, "customer", [quote.customer_id])
    return {
        "quote": quote,
        "customer_title": customers.get(quote.customer_id) if quote.customer_id else None,
        "standing": _standing(quote, approval),
        "cards": [_card(quote, each, shown, each in reasons, shows_cost) for each in sets],
        "shown": shown,
        "rows": [
            _row(quote, line, shows_cost, urls.get(line.id, ""), stock.words.get(line.id), words[line.id])
            for line in lines
        ],
        "sums": sums_of(shown) if shown else [],
        "total": format_amount(shown.gross, quote.currency, whole=False) if shown else "",
        "shows_cost": shows_cost,
        "margin": split_margin(shown, of_set, words) if shown and shows_cost else None,
        "reasons": reasons,
        "stock": stock.standing,
        "undiscounted": _undiscounted(quote, shown, of_set, shows_cost) if shown in reasons and is_editable else None,
        "approval": approval,
        "is_editable": is_editable,
        "may_approve": approval is not None and _may_decide(actor, quote, approval),
        "is_open": quote.status in OPEN,
        "order": order_of_quote(quote.id) if quote.status == "accepted" else None,
        "may_order": may(actor, Order, "create"),
        "versions": [(each, QUOTE_STATUSES[each.status]) for each in versions_of(quote)],
        "link": link,
        "link_url": _address(token_of(link)) if link else "",
        "signature": signature_of(quote) if quote.status == "accepted" else None,
        "mails": mails_about(quote.id) if link else (),
        "mail_words": words_for(quote) if link and quote.status in OPEN and can_send_mail() else "",
        "mail_to": _mail_of(quote),
        "languages": LANGUAGES,
        "may": {action: may(actor, Quote, action) for action in ("edit", "delete")},
    }


def _standing(quote: Quote, approval: QuoteApproval | None) -> tuple[Any, str]:
    """Say how a quote stands, and in which tone."""
    if quote.status == "in_approval" and approval is not None and approval.outcome == "granted":
        return _("Approved"), "green"
    return QUOTE_STATUSES[quote.status], QUOTE_TONES.get(quote.status, "")


def _may_decide(actor: Actor, quote: Quote, approval: QuoteApproval) -> bool:
    is_own = approval.asked_by_id == actor.user_id
    return may(actor, Quote, "approve") and (not is_own or may_decide_own(actor, "approve", quote))


def _undiscounted(quote: Quote, shown: QuoteSet, lines: Sequence[QuoteLine], shows_cost: bool) -> dict[str, Any] | None:
    """Say which discount to drop so that a set needs no approval, for who may drop it."""
    found = discount_to_drop(quote, shown, lines)
    if found is None:
        return None
    discount = format_percent(found.line.discount)
    words = {"discount": discount, "line": found.line.name}
    if shows_cost and found.margin is not None:
        margin = format_percent(found.margin)
        text = _("Without the %(discount)s on “%(line)s” the margin is %(margin)s, and no approval is needed.",
                 **words, margin=margin)  # fmt: skip
    else:
        text = _("Without the %(discount)s on “%(line)s” no approval is needed.", **words)
    return {"line": found.line, "text": text, "label": _("Drop the %(discount)s", discount=discount)}


def _address(token: str) -> str:
    return url_for("sales_public.quote", token=token, _external=True)


def _mail_of(quote: Quote) -> str:
    customer = db.session.get(Customer, quote.customer_id) if quote.customer_id else None
    return (customer.email or "") if customer else ""


def _card(quote: Quote, each: QuoteSet, shown: QuoteSet | None, needs_approval: bool, shows_cost: bool) -> SetCard:
    margin = margin_percent(each.net, each.cost) if shows_cost else None
    words = _("margin %(margin)s", margin=format_percent(margin)) if margin is not None else ""
    is_shown = shown is not None and each.id == shown.id
    return SetCard(
        each,
        format_amount(each.net, quote.currency, whole=False),
        words,
        "red" if needs_approval else "green",
        is_shown,
    )


def _row(
    quote: Quote,
    line: QuoteLine,
    shows_cost: bool,
    options_url: str,
    stock: StockWords | None,
    words: ProductWords,
) -> LineRow:
    cost = None if line.cost is None or not shows_cost else line.cost * line.quantity
    margin = margin_percent(line.net, cost)
    return LineRow(
        line=line,
        code=words.code,
        quantity=format_number(line.quantity),
        quantity_in=typed_number(line.quantity),
        unit=unit_word(line.unit, line.quantity),
        price=format_price(line.unit_price, quote.currency),
        discount=format_percent(line.discount) if line.discount else "–",
        discount_in=typed_number(line.discount),
        margin="–" if margin is None else format_percent(margin),
        is_thin=margin is not None and margin < 0,
        net=format_amount(line.net, quote.currency, whole=False),
        steps=steps_of(line),
        unused=unused_of(line),
        options=options_of(line),
        options_url=options_url,
        parts=parts_of(line),
        stock=stock,
    )


# Sets and lines


def _changed(quote: Quote, wanted: UUID | str | None = None, status: int = 200, **more: Any) -> Response:
    """Answer a change with what the page shows now."""
    actor = current_actor()
    db.session.refresh(quote)
    context = _context(actor, quote, str(wanted) if wanted else request.args.get("set"))
    return fragment("sales/quotes/body.html", status, record_type=QUOTES, **context, **more)


def _part(model: Any, part_id: UUID, quote: Quote) -> Any:
    """Find a set or a line of a quote that may be seen."""
    return part_of(model, part_id, "quote_id", quote)


def _edited(record_id: UUID) -> tuple[Actor, Quote]:
    actor = current_actor()
    return actor, find_record(actor, QUOTES, record_id, "edit")


@blueprint.post("/quotes/<uuid:record_id>/sets")
@audience("staff")
def new_set(record_id: UUID) -> Response:
    """Add a set, a copy of another one where `copy` names it."""
    actor, quote = _edited(record_id)
    if request.form.get("copy"):
        made = copy_set(actor, _part(QuoteSet, UUID(request.form["copy"]), quote))
    else:
        made = create_record(actor, QUOTE_SETS, {"quote": str(quote.id), "name": _next_name(quote)})
    return _changed(quote, made.id)


def _next_name(quote: Quote) -> str:
    with in_language(quote.language):
        return _("Solution %(number)s", number=len(sets_of(quote)) + 1)


@blueprint.post("/quotes/<uuid:record_id>/sets/<uuid:set_id>")
@audience("staff")
def change_set(record_id: UUID, set_id: UUID) -> Response:
    """Rename a set."""
    actor, quote = _edited(record_id)
    values = {name: request.form[name] for name in ("name", "note") if name in request.form}
    return _attempt(quote, set_id, lambda: update_record(actor, QUOTE_SETS, _part(QuoteSet, set_id, quote), values))


@blueprint.post("/quotes/<uuid:record_id>/sets/<uuid:set_id>/bin")
@audience("staff")
def drop_set(record_id: UUID, set_id: UUID) -> Response:
    """Take a set out of a draft."""
    actor, quote = _edited(record_id)
    gone = _part(QuoteSet, set_id, quote)
    remove_set(actor, gone)
    toast(_("%(name)s is gone.", name=gone.name), undo=last_transaction())
    return _changed(quote)


def _attempt(quote: Quote, shown: UUID, change: Callable[[], Any]) -> Response:
    """Change something, and show what is kept."""
    tell_refusal(change)
    return _changed(quote, shown)


@blueprint.post("/quotes/<uuid:record_id>/sets/<uuid:set_id>/lines")
@audience("staff")
def new_line(record_id: UUID, set_id: UUID) -> Response:
    """Add a line: a product, or free text with a price."""
    _actor, quote = _edited(record_id)
    _part(QuoteSet, set_id, quote)
    beside = {"set": str(set_id), "optional": "optional" in request.form}
    dialog = _new_line_dialog(quote, set_id, {**typed_line(), **beside})
    return add_typed_line(dialog, QUOTE_LINES, beside, lambda: _changed(quote, set_id))


@blueprint.post("/quotes/<uuid:record_id>/sets/<uuid:set_id>/lines/paste")
@audience("staff")
def paste_lines(record_id: UUID, set_id: UUID) -> Response:
    """Add the lines that were pasted from a spreadsheet."""
    _actor, quote = _edited(record_id)
    _part(QuoteSet, set_id, quote)
    return add_pasted(QUOTE_LINES, {"set": str(set_id)}, partial(_changed, quote, set_id))


@blueprint.post("/quotes/<uuid:record_id>/sets/<uuid:set_id>/lines/order")
@audience("staff")
def put_lines_in_order(record_id: UUID, set_id: UUID) -> Response:
    """Put the lines of a set in order."""
    actor, quote = _edited(record_id)
    order_set_lines(actor, _part(QuoteSet, set_id, quote), lines_in_order())
    return _changed(quote, set_id)


def _new_line_dialog(quote: Quote, set_id: UUID, said: Mapping[str, Any]) -> LineDialog:
    return LineDialog(quote, f"{QUOTES.url_of(quote.id)}/sets/{set_id}/lines", "#quote", said)


@blueprint.get("/quotes/<uuid:record_id>/sets/<uuid:set_id>/lines/options")
@audience("staff")
def new_line_options(record_id: UUID, set_id: UUID) -> Response:
    """Show the variants and options of a product that is put on a quote."""
    _actor, quote = _edited(record_id)
    return _new_line_dialog(quote, set_id, request.args).answer()


@blueprint.post("/quotes/<uuid:record_id>/lines/<uuid:line_id>")
@audience("staff")
def change_line(record_id: UUID, line_id: UUID) -> Response:
    """Change a line where it stands, or its options."""
    actor, quote = _edited(record_id)
    line: QuoteLine = _part(QuoteLine, line_id, quote)
    if "configured" in request.form:
        return choose_anew(_line_dialog(quote, line), QUOTE_LINES, line, lambda: _changed(quote, line.set_id))
    values = typed_of_line(name for name in LINE_FIELDS if name in request.form)
    if values.get("unit_price") == "":
        values["unit_price"] = None
    check_version(line, request.form.get("version", type=int), values)
    if "optional" in values:
        return _attempt(quote, line.set_id, lambda: update_record(actor, QUOTE_LINES, line, values))
    tell_refusal(lambda: update_record(actor, QUOTE_LINES, line, values))
    db.session.refresh(quote)
    context = _context(actor, quote, str(line.set_id), only=line)
    return fragment("sales/quotes/line.html", record_type=QUOTES, row=context["rows"][0], **context)


def _line_dialog(quote: Quote, line: QuoteLine) -> LineDialog:
    return dialog_of(quote, line, QUOTES.url_of(quote.id), "#quote")


@blueprint.get("/quotes/<uuid:record_id>/lines/<uuid:line_id>/options")
@audience("staff")
def line_options(record_id: UUID, line_id: UUID) -> Response:
    """Show the variants and options of a line."""
    _actor, quote = _edited(record_id)
    line: QuoteLine = _part(QuoteLine, line_id, quote)
    return _line_dialog(quote, line).answer(options_chosen(line))


@blueprint.post("/quotes/<uuid:record_id>/lines/<uuid:line_id>/bin")
@audience("staff")
def drop_line(record_id: UUID, line_id: UUID) -> Response:
    """Take a line out of a draft."""
    actor, quote = _edited(record_id)
    line: QuoteLine = _part(QuoteLine, line_id, quote)
    bin_record(actor, QUOTE_LINES, line)
    toast(_("%(name)s is gone.", name=line.name), undo=last_transaction())
    return _changed(quote, line.set_id)


# Approval, sending, versions


@blueprint.get("/quotes/<uuid:record_id>/pdf")
@audience("staff")
def quote_pdf(record_id: UUID) -> Response:
    """Give the quote as it is printed."""
    quote = find_record(current_actor(), QUOTES, record_id, binned=True)
    return quote_answer(quote, inline=True)


@blueprint.post("/quotes/<uuid:record_id>/ask")
@audience("staff")
def ask(record_id: UUID) -> Response:
    """Ask for approval."""
    actor, quote = _edited(record_id)
    ask_for_approval(actor, quote)
    toast(_("Whoever may approve sees it now."))
    return redirect_or_refresh(QUOTES.url_of(quote.id))


@blueprint.post("/quotes/<uuid:record_id>/decide")
@audience("staff")
def decide(record_id: UUID) -> Response:
    """Grant or refuse an approval."""
    actor = current_actor()
    quote = find_record(actor, QUOTES, record_id, "view")
    granted = request.form.get("decision") == "grant"
    decide_approval(actor, quote, granted, (request.form.get("note") or "").strip()[:500] or None)
    toast(_("Approved.") if granted else _("Refused; it is a draft again."))
    return redirect_or_refresh(QUOTES.url_of(quote.id))


@blueprint.post("/quotes/<uuid:record_id>/send")
@audience("staff")
def send(record_id: UUID) -> Response:
    """Send a draft, and make the link for its customer."""
    actor, quote = _edited(record_id)
    send_quote(actor, quote)
    link_for(actor, quote)
    toast(_("%(number)s is sent. Its link stands beside it.", number=quote.number))
    return redirect_or_refresh(QUOTES.url_of(quote.id))


@blueprint.post("/quotes/<uuid:record_id>/revise")
@audience("staff")
def revise(record_id: UUID) -> Response:
    """Make the next version."""
    actor, quote = _edited(record_id)
    draft = revise_quote(actor, quote)
    return redirect_or_refresh(QUOTES.url_of(draft.id))


@blueprint.post("/quotes/<uuid:record_id>/mail")
@audience("staff")
def mail(record_id: UUID) -> Response:
    """Mail the quote to its customer."""
    actor, quote = _edited(record_id)
    sent = mail_quote(actor, quote, request.form.get("to", ""), request.form.get("words", "")[:5_000])
    toast(_("The mail to %(address)s is in the outbox.", address=sent.to_address))
    return redirect_or_refresh(QUOTES.url_of(quote.id))


@blueprint.post("/quotes/<uuid:record_id>/link")
@audience("staff")
def new_link(record_id: UUID) -> Response:
    """Let the present link lead nowhere, and make another one."""
    actor, quote = _edited(record_id)
    had_one = revoke_link(actor, quote)
    link_for(actor, quote)
    toast(_("There is a new link; the old one leads nowhere.") if had_one else _("There is a link for the customer."))
    return redirect_or_refresh(QUOTES.url_of(quote.id))
