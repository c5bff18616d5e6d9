"""The host's own tables: what the administrator chose for each plugin, and the numbers by which caches go stale."""

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, UtcDateTime
from core.host.manifest import LONGEST_NAME


class Plugin(Base):
    """A plugin that was switched on at least once; the row outlives its package."""

    #: The manifest's name.
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), primary_key=True)
    #: Its title and version when it was last switched on or upgraded, for the page when the package is missing.
    title: Mapped[str] = mapped_column(String(200))
    version: Mapped[str] = mapped_column(String(60))
    #: The administrator's choice.
    enabled: Mapped[bool]
    changed_at: Mapped[UtcDateTime]
    #: When its breaker tripped; empty while its hooks are called.
    tripped_at: Mapped[UtcDateTime | None]
    tripped_reason: Mapped[str | None] = mapped_column(Text)


class Generation(Base):
    """A number per topic, raised in the transaction that changes what the topic's caches hold."""

    #: `plugins`, and what else wants to be cached by all processes: `roles`, `settings`, …
    topic: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
