"""Reading the outbox."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, or_, select

from core.database import db
from core.mail.models import STATES, MailMessage
from core.problems import not_found

#: How many mails a page shows.
PAGE = 50


def list_mails(state: str = "", text: str = "", before: uuid.UUID | None = None) -> Sequence[MailMessage]:
    """List mails, the newest first, one more than a page so that the caller knows whether there are more.

    Args:
        state: only those in this state.
        text: only those whose receiver or subject holds this.
        before: the last mail of the page before; ids sort by the time they were made.
    """
    statement = select(MailMessage).order_by(MailMessage.id.desc()).limit(PAGE + 1)
    if state:
        statement = statement.where(MailMessage.state == state)
    if text:
        columns = (MailMessage.to_address, MailMessage.to_name, MailMessage.subject)
        statement = statement.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    if before:
        statement = statement.where(MailMessage.id < before)
    return db.session.scalars(statement).all()


def count_by_state() -> Mapping[str, int]:
    """Count the mails in each state."""
    rows: Any = db.session.execute(select(MailMessage.state, func.count()).group_by(MailMessage.state)).all()
    counts = dict(rows)
    return {state: counts.get(state, 0) for state in STATES}


def find_mail(message_id: uuid.UUID) -> MailMessage:
    """Find one mail.

    Raises:
        Problem: 404 when there is none.
    """
    message = db.session.get(MailMessage, message_id)
    if message is None:
        raise not_found()
    return message


def mails_about(subject_id: uuid.UUID) -> Sequence[MailMessage]:
    """List the mails about a record, the newest first, for whoever has made sure that the reader may see the record."""
    statement = select(MailMessage).where(MailMessage.subject_id == subject_id).order_by(MailMessage.id.desc())
    return db.session.scalars(statement).all()
