"""Invoices that are overdue: telling their owners of each once, and reminding customers."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from pelatis.api import (
    Actor,
    Attachment,
    Customer,
    MailMessage,
    Problem,
    _,
    _l,
    company,
    db,
    format_amount,
    format_day,
    in_language,
    mail_attachment,
    notify,
    require,
    send_mail,
    utc_now,
    write_unit,
)

from ..letters import invoice_file
from ..models import Invoice
from ..queries.overdue import is_late

#: How long after a reminder one may send the usual one again.
AGAIN_AFTER: Final = timedelta(days=1)


def tell_overdue(invoice_id: UUID) -> bool:
    """Tell an invoice's owner that it is overdue, unless they were told or it was paid meanwhile; tell whether so."""
    with write_unit() as session:
        invoice = db.session.get_one(Invoice, invoice_id, with_for_update=True, populate_existing=True)
        if not is_late(invoice) or invoice.told_overdue_at is not None:
            return False
        invoice.told_overdue_at = utc_now()
        amount = format_amount(invoice.open_amount, invoice.currency, whole=False)
        words = {"number": invoice.number, "name": invoice.printed_name or invoice.name, "amount": amount}
        notify([invoice.owner_id], _l("%(number)s of %(name)s is overdue: %(amount)s is open.", **words), about=invoice)
        session.flush()
        return True


@mail_attachment()
def invoice_pdf(invoice_id: str) -> Attachment:
    """Print an invoice for a mail."""
    return Attachment(*invoice_file(db.session.get_one(Invoice, UUID(invoice_id))))


def words_of_reminder(invoice: Invoice) -> str:
    """Propose what to write to the customer of an overdue invoice, in their language."""
    customer = db.session.get(Customer, invoice.customer_id) if invoice.customer_id else None
    with in_language(invoice.language):
        is_person = customer is not None and customer.kind == "person"
        lines = [
            _("Good day %(name)s,", name=customer.name) if customer is not None and is_person else _("Good day,"),
            "",
            _(
                "our invoice %(number)s of %(day)s was to be paid by %(due)s; %(amount)s is still open.",
                number=invoice.number,
                day=format_day(invoice.issued_on, "long") if invoice.issued_on else "–",
                due=format_day(invoice.due_on, "long") if invoice.due_on else "–",
                amount=format_amount(invoice.open_amount, invoice.currency, whole=False),
            ),
        ]
        if invoice.reminded_at is not None:
            lines.append(_("We reminded you of it on %(day)s.", day=format_day(invoice.reminded_at, "long")))
        lines += ["", _("If you have paid it meanwhile, please take no notice of this mail.")]
        return "\n".join(lines)


def remind_as_usual(actor: Actor, invoice: Invoice) -> MailMessage:
    """Remind a customer with the usual words, at most once a day.

    Raises:
        Problem: `sales.no_address`, `sales.reminded_lately`; beside what `remind` raises.
    """
    customer = db.session.get(Customer, invoice.customer_id) if invoice.customer_id else None
    if customer is None or not customer.email:
        raise Problem("sales.no_address", _("Its customer has no mail address."))
    if invoice.reminded_at is not None and utc_now() - invoice.reminded_at < AGAIN_AFTER:
        raise Problem("sales.reminded_lately", _("They were reminded of it less than a day ago."), status=409)
    return remind(actor, invoice, customer.email, words_of_reminder(invoice), invoice.reminders)


def remind(actor: Actor, invoice: Invoice, to: str, words: str, seen: int) -> MailMessage:
    """Remind a customer of an overdue invoice by a mail that brings it along, and note that they were.

    Args:
        actor: whoever reminds them; answers reach them.
        invoice: an invoice.
        to: the customer's mail address.
        words: what is written, in the invoice's language.
        seen: how many reminders whoever writes this one knows of.

    Raises:
        Problem: `sales.not_overdue` or `sales.reminded_meanwhile` (409); 422 for a bad address; 403 or 404 without the
            right to edit it.
    """
    require(actor, Invoice, "edit", invoice)
    with write_unit() as session:
        session.refresh(invoice, with_for_update=True)
        if not is_late(invoice):
            raise Problem("sales.not_overdue", _("It isn't overdue any more."), status=409)
        if invoice.reminders != seen:
            message = _("Somebody reminded them meanwhile. Look when, then decide.")
            raise Problem("sales.reminded_meanwhile", message, status=409)
        with in_language(invoice.language):
            mail = send_mail(
                to,
                _("Reminder: invoice %(number)s", number=invoice.number),
                "\n\n".join([words.strip(), f"{actor.name}\n{company().company_name}".strip()]),
                language=invoice.language,
                attachments=[(invoice_pdf, {"invoice_id": str(invoice.id)})],
                subject_id=invoice.id,
            )
        invoice.reminders += 1
        invoice.reminded_at = utc_now()
        session.flush()
        return mail
