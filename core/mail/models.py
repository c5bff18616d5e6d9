"""The outbox. Its rows are the truth of what was sent; jobs only carry them out."""

from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Id, UtcDateTime, new_id, utc_now
from core.database.types import json_type
from core.i18n import _l

WAITING = "waiting"
SENDING = "sending"
SENT = "sent"
FAILED = "failed"
UNCERTAIN = "uncertain"
CANCELLED = "cancelled"

#: What each state means, and into which states it may go; the documentation is drawn from this table.
STATES: dict[str, tuple[str, frozenset[str]]] = {
    WAITING: ("its time hasn't come, or no mail server is set up", frozenset({SENDING, CANCELLED})),
    SENDING: ("a worker talks with the mail server", frozenset({WAITING, SENT, FAILED, UNCERTAIN})),
    SENT: ("the mail server took it", frozenset()),
    FAILED: ("the mail server refused it, or it could not be made", frozenset({WAITING, CANCELLED})),
    UNCERTAIN: ("the mail server may have taken it; only a person can tell", frozenset({WAITING, SENT, CANCELLED})),
    CANCELLED: ("a person stopped it", frozenset()),
}

#: For each state its word and its tone.
STATE_WORDS: dict[str, tuple[Any, str]] = {
    WAITING: (_l("waiting"), "grey"),
    SENDING: (_l("being sent"), "blue"),
    SENT: (_l("sent"), "green"),
    FAILED: (_l("not sent"), "red"),
    UNCERTAIN: (_l("perhaps sent"), "amber"),
    CANCELLED: (_l("cancelled"), "line"),
}


class MailMessage(Base):
    """One mail to one person. It isn't a record: it has no owner, no bin and no place in the journal."""

    __table_args__ = (Index("ix_core_mail_message_state_id", "state", "id"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    #: What the mail is about, as its sender names it: a second mail of the same key isn't written.
    key: Mapped[str] = mapped_column(String(200), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    to_address: Mapped[str] = mapped_column(String(254))
    to_name: Mapped[str] = mapped_column(String(120), default="")
    #: Whom answers reach; empty for the address that the settings name.
    reply_address: Mapped[str] = mapped_column(String(254), default="")
    reply_name: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(5), default="en")
    subject: Mapped[str] = mapped_column(String(200))
    #: Emptied once a confidential mail was sent.
    text: Mapped[str] = mapped_column(Text)
    #: Whether its text is nobody's business but the receiver's, as that of a link for a password.
    confidential: Mapped[bool] = mapped_column(default=False)
    #: Whether no person wrote it.
    automatic: Mapped[bool] = mapped_column(default=False)
    #: What makes each attachment when it is sent: `{"maker", "arguments"}`; then its name, size and SHA-256 too.
    attachments: Mapped[list[Any]] = mapped_column(json_type, default=list)
    #: With whose rights attachments are made; None is the system's. No foreign key: a mail outlives its author.
    actor_id: Mapped[Id | None]
    #: The record that it is about, so that it can be found from there.
    subject_id: Mapped[Id | None] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)
    #: Why it isn't sent yet, for the administrator; and what the mail server answered.
    reason: Mapped[str] = mapped_column(String(500), default="")
    #: The job that has it in its hand, and the try, a new one each time: who comes back late sends nothing.
    job_id: Mapped[Id | None]
    lease_id: Mapped[Id | None]
    #: When its last byte was about to be handed over; from then on the mail server may have it.
    handed_over_at: Mapped[UtcDateTime | None]
    created_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)
    sent_at: Mapped[UtcDateTime | None]

    def may_become(self, state: str) -> bool:
        """Whether the table of states leads from here to another state."""
        return state in STATES[self.state][1]

    @property
    def standing(self) -> str:
        """How it stands, in the reader's language."""
        return str(STATE_WORDS[self.state][0])
