"""What people are told."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Id, UtcDateTime, new_id, ref, utc_now


class Notification(Base):
    """Something that one person should know. It isn't a record: it has no owner, no bin and no place in the journal."""

    __table_args__ = (Index("ix_core_notification_user_id_id", "user_id", "id"),)

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[Id] = ref("core_user", on_delete="cascade", index=False)
    #: Whose it is: while the plugin is off, nobody is told. `core` for the core's own.
    plugin: Mapped[str] = mapped_column(String(60))
    #: In the language of the one who is told.
    text: Mapped[str] = mapped_column(String(300))
    #: Our own page that it leads to; empty for none.
    url: Mapped[str] = mapped_column(String(300), default="")
    icon: Mapped[str] = mapped_column(String(40), default="bell")
    created_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)
    read_at: Mapped[UtcDateTime | None]
