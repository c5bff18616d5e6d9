"""Approvals: a discount or a margin past a limit needs one, whoever asked can't give it, and an edit voids it.

A quote is approved before it is sent. An order or an invoice that is of no quote is approved by whoever confirms or
posts it, in one act and as it stands then.
"""

from collections.abc import Sequence

from pelatis.api import Actor, Problem, _, _l, db, may, notify, people_who_may, require, utc_now, write_unit

from ..models import Invoice, Order, Quote, QuoteApproval
from ..models.documents import DocumentLine
from ..queries.quotes import approval_of
from .limits import reasons_against, reasons_for_approval
from .states import may_decide_own


def ask_for_approval(actor: Actor, quote: Quote) -> QuoteApproval:
    """Ask for the approval of a draft.

    Raises:
        Problem: `sales.quote_status_refused` (409) for what isn't a draft, or needs none; 403 or 404 without the right.
    """
    require(actor, Quote, "edit", quote)
    with write_unit() as session:
        session.refresh(quote, with_for_update=True)
        reasons = reasons_for_approval(quote)
        if quote.status != "draft" or not reasons:
            raise Problem("sales.quote_status_refused", _("It needs no approval now."), status=409)
        told = [f"{each.name}: {reason}" for each, found in reasons.items() for reason in found]
        asked = QuoteApproval(quote_id=quote.id, reasons=told, asked_by_id=actor.user_id, owner_id=quote.owner_id)
        session.add(asked)
        quote.status = "in_approval"
        session.flush()
        deciding = people_who_may("approve", quote, besides=actor.user_id)
        notify(
            deciding,
            _l("%(who)s asks you to approve a quote: %(quote)s", who=actor.name, quote=quote.name),
            about=quote,
        )
        return asked


def decide_approval(actor: Actor, quote: Quote, grant: bool, note: str | None = None) -> QuoteApproval:
    """Grant or refuse an approval; refused, the quote is a draft again.

    Raises:
        Problem: `sales.nothing_to_decide` (409) when nobody asks any more; `sales.own_approval` (403) for whoever asked
            themselves; 403 or 404 without the permission `sales.quote.approve`.
    """
    require(actor, Quote, "approve", quote)
    with write_unit() as session:
        session.refresh(quote, with_for_update=True)
        waiting = approval_of(quote)
        if quote.status != "in_approval" or waiting is None or waiting.outcome is not None:
            raise Problem("sales.nothing_to_decide", _("Nobody waits for this approval any more."), status=409)
        if waiting.asked_by_id == actor.user_id and not may_decide_own(actor, "approve", quote):
            raise Problem("sales.own_approval", _("Somebody else must approve what you asked for."), status=403)
        waiting.outcome = "granted" if grant else "refused"
        waiting.decided_at, waiting.decided_by_id, waiting.note = utc_now(), actor.user_id, note
        if not grant:
            quote.status = "draft"
        session.flush()
        said = {"who": actor.name, "quote": quote.name}
        granted, refused = _l("%(who)s approved %(quote)s.", **said), _l("%(who)s didn't approve %(quote)s.", **said)
        notify({waiting.asked_by_id, quote.owner_id}, granted if grant else refused, about=quote)
        return waiting


def void_approval(quote: Quote) -> None:
    """Take back what was asked or granted, because the quote isn't what it was."""
    if quote.status != "in_approval":
        return
    with write_unit():
        present = approval_of(quote)
        if present is not None:
            present.outcome = "voided"
        quote.status = "draft"
        db.session.flush()


# Orders and invoices


def ask_for_approver(actor: Actor, document: Order | Invoice, lines: Sequence[DocumentLine]) -> int:
    """Ask those who may approve a draft to confirm or post it.

    Args:
        actor: whoever asks.
        document: the draft of an order or an invoice.
        lines: all of its lines.

    Returns:
        How many people were asked.

    Raises:
        Problem: `sales.nothing_to_decide` (409) for what needs no approval; 403 or 404 without the right.
    """
    require(actor, type(document), "edit", document)
    with write_unit():
        if document.sealed_at is not None or not reasons_against(document, lines):
            raise Problem("sales.nothing_to_decide", _("It needs no approval now."), status=409)
        deciding = people_who_may("approve", document, besides=actor.user_id)
        said = {"who": actor.name, "name": document.name}
        order = _l("%(who)s asks you to approve and confirm an order: %(name)s", **said)
        invoice = _l("%(who)s asks you to approve and post an invoice: %(name)s", **said)
        notify(deciding, order if isinstance(document, Order) else invoice, about=document)
        return len(deciding)


def may_let_pass(actor: Actor, document: Order | Invoice) -> bool:
    """Tell whether somebody may confirm or post a draft that is past a limit."""
    is_own = actor.user_id is not None and document.owner_id == actor.user_id
    return may(actor, type(document), "approve") and (not is_own or may_decide_own(actor, "approve", document))


def let_pass(actor: Actor, document: Order | Invoice, lines: Sequence[DocumentLine]) -> None:
    """Refuse to confirm or post what is past a limit, unless the actor may approve it.

    Args:
        actor: whoever confirms or posts it.
        document: the draft, locked.
        lines: all of its lines.

    Raises:
        Problem: `sales.needs_approval` (409), which says why; 404 without the right to approve this one.
    """
    reasons = reasons_against(document, lines)
    if not reasons:
        return
    if not may_let_pass(actor, document):
        raise Problem("sales.needs_approval", " ".join([_("It needs an approval first."), *reasons]), status=409)
    require(actor, type(document), "approve", document)
    if document.owner_id not in (None, actor.user_id):
        notify(
            {document.owner_id}, _l("%(who)s approved %(quote)s.", who=actor.name, quote=document.name), about=document
        )
