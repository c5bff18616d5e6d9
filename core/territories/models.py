"""The tables of territories and of who looks after them; they decide who sees which customers."""

from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Id, Record, ref


class Territory(Record, Base):
    """A part of the market; territories form a tree, and whoever reaches one reaches everything below it."""

    name: Mapped[str] = mapped_column(String(120), index=True)
    #: A short name for lists, files and programs: `GR-N`.
    code: Mapped[str | None] = mapped_column(String(20), index=True)
    parent_id: Mapped[Id | None] = ref("core_territory", on_delete="set null")
    #: Who answers for it, and is a member of it.
    manager_id: Mapped[Id | None] = ref("core_user", on_delete="set null")
    #: Its place among territories of the same depth whose rules fit a customer: the lowest decides.
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    #: The rule: what a customer must have, each empty for anything; all empty means no rule. Countries, the beginnings
    #: of postcodes, and tags of which one is enough.
    countries: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    postcodes: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    tags: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")


class TerritoryMember(Record, Base):
    """That a person looks after a territory."""

    __table_args__ = (UniqueConstraint("territory_id", "user_id"),)

    territory_id: Mapped[Id] = ref(Territory, on_delete="cascade")
    user_id: Mapped[Id] = ref("core_user", on_delete="cascade")
