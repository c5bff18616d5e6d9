"""Telling people of invoices that are overdue, of each once."""

from uuid import UUID

from pelatis.api import _l, db, format_amount, notify, today, utc_now, write_unit

from ..models import Invoice
from ..queries.overdue import OWED


def tell_overdue(invoice_id: UUID) -> bool:
    """Tell an invoice's owner that it is overdue, unless they were told or it was paid meanwhile; tell whether so."""
    with write_unit() as session:
        invoice = db.session.get_one(Invoice, invoice_id, with_for_update=True, populate_existing=True)
        is_late = invoice.status in OWED and invoice.due_on is not None and invoice.due_on < today()
        if not is_late or invoice.told_overdue_at is not None:
            return False
        invoice.told_overdue_at = utc_now()
        amount = format_amount(invoice.open_amount, invoice.currency, whole=False)
        words = {"number": invoice.number, "name": invoice.printed_name or invoice.name, "amount": amount}
        notify([invoice.owner_id], _l("%(number)s of %(name)s is overdue: %(amount)s is open.", **words), about=invoice)
        session.flush()
        return True
