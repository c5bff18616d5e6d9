"""Turns the rows of custom fields into schema fields, kept in memory until the database says that they changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import marshmallow as ma
from flask_babel import get_locale
from marshmallow import RAISE
from marshmallow.validate import Length
from sqlalchemy import select

from core.customfields.models import CHOICE, DATE, MONEY, NUMBER, RELATION, TEXT, CustomField
from core.database import db
from core.host.generation import Remembered, raised_by
from core.i18n import LazyText, format_amount
from core.records import fields

#: The generation that rises with every change of a custom field.
TOPIC: Final = "custom_fields"


class CustomMoney(fields.WritesItself, fields.Money):
    """An amount in the one currency of its field."""

    def written(self, value: Any) -> str:
        """Write the amount with its currency."""
        return format_amount(Decimal(value), self.fixed_currency)

    def __init__(self, *, fixed_currency: str, **options: Any) -> None:
        super().__init__(**options)
        self.fixed_currency = fixed_currency


class _Strict(ma.Schema):
    class Meta:
        unknown = RAISE


@dataclass(frozen=True)
class _Definitions:
    schemas: Mapping[str, type[ma.Schema]]
    fields: Mapping[str, Mapping[str, Any]]


_known = Remembered[_Definitions](TOPIC)
_NONE: Final[Mapping[str, Any]] = {}


def fields_of(record_type: Any) -> Mapping[str, Any]:
    """List the custom fields of a record type: name to schema field, in the order of the screen.

    Costs no statement while nothing changed and the request has read the generations already.

    Args:
        record_type: the record type, or its key.
    """
    return _definitions().fields.get(getattr(record_type, "key", record_type), _NONE)


def schema_of(record_type: Any) -> type[ma.Schema] | None:
    """Give the schema of a record type's custom fields; None when it has none."""
    return _definitions().schemas.get(getattr(record_type, "key", record_type))


def _definitions() -> _Definitions:
    return _known.get(None, _read)


def _read() -> _Definitions:
    statement = select(CustomField).where(CustomField.deleted_at.is_(None))
    rows = db.session.scalars(statement.order_by(CustomField.record_type, CustomField.position, CustomField.name))
    by_type: dict[str, dict[str, Any]] = {}
    for row in rows:
        by_type.setdefault(row.record_type, {})[row.name] = field_of(row)
    schemas = {key: _Strict.from_dict(declared) for key, declared in by_type.items()}
    return _Definitions(schemas, {key: schema().fields for key, schema in schemas.items()})


_MAKERS: Final[Mapping[str, Callable[..., Any]]] = {
    TEXT: lambda _row, **options: fields.String(validate=Length(max=2_000), **options),
    NUMBER: lambda _row, **options: fields.Decimals(**options),
    DATE: lambda _row, **options: fields.Date(**options),
    CHOICE: lambda row, **options: fields.Choice({str(value): str(value) for value in row.choices}, **options),
    MONEY: lambda row, **options: CustomMoney(fixed_currency=row.currency or "EUR", **options),
    RELATION: lambda row, **options: fields.Related(row.target or "customer", column=row.name, **options),
}


def field_of(row: CustomField) -> Any:
    """Make the schema field of a custom field."""
    labels = {"en": row.label, "el": row.label_el, "pl": row.label_pl}
    label = LazyText(lambda: labels.get(str(get_locale() or "en")) or labels["en"])
    import_names = (row.label, row.label_el or "", row.label_pl or "", f"custom.{row.name}")
    return _MAKERS[row.kind](
        row, label=label, help=row.help, required=row.required, import_names=tuple(n for n in import_names if n)
    )


raised_by(TOPIC, CustomField)
