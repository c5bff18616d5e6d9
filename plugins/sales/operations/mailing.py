"""Mailing a quote to its customer, in their language: the link and the PDF, and what they signed."""

from contextlib import suppress
from uuid import UUID

from flask import url_for

from pelatis.api import (
    Actor,
    Attachment,
    Customer,
    MailMessage,
    Problem,
    _,
    can_send_mail,
    company,
    db,
    external_url,
    format_day,
    in_language,
    mail_attachment,
    mails_about,
    require,
    send_mail,
    write_unit,
)

from ..letters import name_of_quote, print_quote
from ..models import Quote
from .quote_links import link_for, token_of
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


def mail_signed(quote: Quote) -> MailMessage | None:
    """Mail a quote that was accepted to where it was mailed before, else to the customer's own address.

    Returns:
        The mail; None where no address is known or no mail server is set up.
    """
    customer = db.session.get(Customer, quote.customer_id) if quote.customer_id else None
    earlier = next(iter(mails_about(quote.id)), None)
    to = earlier.to_address if earlier is not None else customer and customer.email
    if not to or not can_send_mail():
        return None
    with in_language(quote.language), suppress(Problem):  # a signature stands, whatever the address is worth
        words = _("thank you. Attached is what you signed, for your records.")
        return send_mail(
            to,
            _("Accepted: %(number)s, %(name)s", number=quote.number, name=quote.name)[:200],
            "\n\n".join([_("Good day,"), words, company().company_name]),
            key=f"sales.signed:{quote.id}",
            language=quote.language,
            attachments=[(quote_pdf, {"quote_id": str(quote.id)})],
            subject_id=quote.id,
            automatic=True,
        )
    return None
