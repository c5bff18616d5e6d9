"""Mailing a quote to its customer: the link and the PDF, written in the customer's language."""

from uuid import UUID

from flask import url_for

from pelatis.api import (
    Actor,
    Attachment,
    Customer,
    MailMessage,
    Problem,
    _,
    company,
    db,
    external_url,
    format_day,
    in_language,
    mail_attachment,
    require,
    send_mail,
    write_unit,
)

from ..letters import name_of_quote, print_quote
from ..models import Quote
from .acceptance import link_for, token_of
from .quotes import OPEN


@mail_attachment()
def quote_pdf(quote_id: str) -> Attachment:
    """Print a quote for a mail."""
    quote = db.session.get_one(Quote, UUID(quote_id))
    return Attachment(name_of_quote(quote), print_quote(quote))


def words_for(quote: Quote) -> str:
    """Propose what to write to the customer, in their language; the link comes below it."""
    customer = db.session.get(Customer, quote.customer_id) if quote.customer_id else None
    with in_language(quote.language):
        lines = [
            _("Good day,"),
            "",
            _("here is our quote %(number)s, %(name)s.", number=quote.number, name=quote.name),
            _("You can look at it, choose and sign on this page:"),
        ]
        if customer is not None and customer.kind == "person":
            lines[0] = _("Good day %(name)s,", name=customer.name)
        return "\n".join(lines)


def mail_quote(actor: Actor, quote: Quote, to: str, words: str) -> MailMessage:
    """Mail a quote that was sent to its customer, with its link and its PDF.

    Args:
        actor: whoever sends it; answers reach them.
        quote: a quote that the customer may still accept.
        to: their mail address.
        words: what is written above the link.

    Raises:
        Problem: `sales.not_sent` (409) for what can't be accepted; `mail.not_set_up`; 422 for a bad address; 403 or 404
            without the right.
    """
    require(actor, Quote, "edit", quote)
    if quote.status not in OPEN:
        raise Problem("sales.not_sent", _("Send it first; then there is something to open."), status=409)
    with write_unit(), in_language(quote.language):
        path = url_for("sales_public.quote", token=token_of(link_for(actor, quote)))
        parts = [words.strip(), external_url(path)]
        if quote.valid_until is not None:
            parts.append(_("It is valid until %(day)s.", day=format_day(quote.valid_until, "long")))
        parts.append(f"{actor.name}\n{company().company_name}".strip())
        return send_mail(
            to,
            _("Quote %(number)s: %(name)s", number=quote.number, name=quote.name)[:200],
            "\n\n".join(parts),
            language=quote.language,
            attachments=[(quote_pdf, {"quote_id": str(quote.id)})],
            subject_id=quote.id,
        )
