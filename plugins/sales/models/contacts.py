"""Who has a say in a deal."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pelatis.api import Id, Record, ref

from .base import Model
from .opportunities import Opportunity


class ContactRole(Record, Model):
    """The part that a person has in a deal."""

    __table_args__ = (Index(None, "opportunity_id", "deleted_at"), Index(None, "customer_id", "deleted_at"))

    opportunity_id: Mapped[Id] = ref(Opportunity, on_delete="cascade", index=False)
    #: The person, a party like any other.
    customer_id: Mapped[Id] = ref("core_customer", on_delete="cascade", index=False)
    #: A key of `schemas.CONTACT_ROLES`.
    role: Mapped[str] = mapped_column(String(20))
    #: Whether this is the one to speak with first; of a deal's people one is at most.
    is_primary: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None] = mapped_column(String(300))
