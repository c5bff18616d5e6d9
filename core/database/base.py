"""Model bases: one for each plugin, all on the same metadata, and the mixin that makes a table a record."""

import re
from typing import Any, ClassVar, Final

from sqlalchemy import ForeignKey, MetaData, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, declared_attr, mapped_column

from core.database.types import TYPE_MAP, Id, JsonDict, UtcDateTime, new_id, utc_now

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: All tables of the core and of every plugin.
metadata = MetaData(naming_convention=NAMING_CONVENTION)


def snake_case(name: str) -> str:
    """Turn `ContactPoint` into `contact_point`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


_bases: dict[str, type[DeclarativeBase]] = {}


def model_base(prefix: str) -> type[DeclarativeBase]:
    """Give the declarative base of one plugin, the same one each time.

    Each plugin has a registry of its own, so that one wrong relationship doesn't break the mappers of the others;
    the metadata is shared, so that foreign keys find the core's tables.

    Args:
        prefix: the plugin's name; every table is called `<prefix>_<name>`.

    Raises:
        ValueError: when a model's table name doesn't begin with the prefix.
    """
    if prefix not in _bases:
        _bases[prefix] = _make_base(prefix)
    return _bases[prefix]


def discard_models(prefix: str) -> None:
    """Unmap the models of a plugin that couldn't be loaded, and take its tables out of the shared metadata."""
    base = _bases.pop(prefix, None)
    if base is None:
        return
    tables = {str(mapper.local_table.description) for mapper in base.registry.mappers}
    base.registry.dispose(cascade=True)
    for table in [table for table in metadata.tables.values() if table.name in tables]:
        metadata.remove(table)


def _make_base(prefix: str) -> type[DeclarativeBase]:
    class PluginBase(DeclarativeBase):
        __abstract__ = True
        type_annotation_map = TYPE_MAP

        @declared_attr.directive
        def __tablename__(cls) -> str:  # noqa: N805 - a class attribute, made per model
            return f"{prefix}_{snake_case(cls.__name__)}"

        def __init_subclass__(cls, **options: Any) -> None:
            cls.__record_type__ = _record_type_name(prefix, cls.__name__)
            super().__init_subclass__(**options)
            table: Any = getattr(cls, "__table__", None)
            if table is not None and not table.name.startswith(f"{prefix}_"):
                raise ValueError(f"table {table.name} of {cls.__name__} must begin with {prefix}_")

    PluginBase.metadata = metadata
    PluginBase.__name__ = f"{prefix.title().replace('_', '')}Base"
    return PluginBase


def _record_type_name(prefix: str, class_name: str) -> str:
    name = snake_case(class_name)
    return name if prefix == "core" else f"{prefix}.{name}"


#: The core's own base.
Base = model_base("core")


class Record:
    """What every record has: identity, version, moments, bin, owner, custom fields, and a place in the journal."""

    #: The id of the record type, `sales.opportunity`; set by the model base.
    __record_type__: ClassVar[str]
    #: Columns that the journal never writes down, beside the housekeeping ones.
    __journal_exclude__: ClassVar[frozenset[str]] = frozenset()

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id, sort_order=-10)
    version: Mapped[int] = mapped_column(default=1, sort_order=90)
    created_at: Mapped[UtcDateTime] = mapped_column(default=utc_now, sort_order=91)
    updated_at: Mapped[UtcDateTime] = mapped_column(default=utc_now, onupdate=utc_now, sort_order=92)
    deleted_at: Mapped[UtcDateTime | None] = mapped_column(sort_order=93)
    custom: Mapped[JsonDict] = mapped_column(default=dict, sort_order=94)

    @declared_attr
    def owner_id(cls) -> Mapped[Id | None]:  # noqa: N805 - a column, made per model
        """Whose record it is: the scopes own and team follow from them."""
        return mapped_column(
            ForeignKey("core_user.id", ondelete="SET NULL", use_alter=False), index=True, sort_order=89
        )

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - a class attribute, made per model
        return {"version_id_col": cls.version}


class Sealable:
    """A record that nobody changes any more once it is sealed: what was sent, signed or posted.

    Sealing is setting `sealed_at`; the flush that does it may change everything else too. From then on only the
    attributes of `__open_when_sealed__` change, by whatever door, and nothing unseals, bins or deletes it.
    """

    #: What still changes: what happens to it, and to whom it belongs. Operations say more narrowly when.
    __open_when_sealed__: ClassVar[frozenset[str]] = frozenset()

    sealed_at: Mapped[UtcDateTime | None] = mapped_column(sort_order=95)


#: What follows a record wherever it goes: whose it is, and the customer that two customers were merged into.
_ALWAYS_OPEN: Final = frozenset({"owner_id", "customer_id", "version", "updated_at"})


def open_attributes(model: type[Any]) -> frozenset[str]:
    """Name the attributes of a sealable model that may still change once a record is sealed."""
    return _ALWAYS_OPEN | frozenset(model.__open_when_sealed__)


@event.listens_for(Mapper, "mapper_configured")
def _know_old_values(mapper: Any, model: type[Any]) -> None:
    """Let a column that is set unread be read first, because the journal tells what stood there before."""
    if issubclass(model, Record):
        for column in mapper.column_attrs:
            getattr(model, column.key).impl.active_history = True


def ref(model: Any, *, on_delete: str = "restrict", nullable: bool = False, index: bool = True) -> Any:
    """Make a foreign key column to another record's id.

    Args:
        model: the model that is pointed at, or a table's name where importing the model isn't allowed.
        on_delete: `cascade`, `set null` or `restrict`, kept by the database.
        nullable: whether the reference may be empty; `set null` implies it.
        index: whether the column gets an index of its own.
    """
    table = model if isinstance(model, str) else model.__tablename__
    action = on_delete.upper()
    return mapped_column(
        ForeignKey(f"{table}.id", ondelete=action), index=index, nullable=nullable or action == "SET NULL"
    )
