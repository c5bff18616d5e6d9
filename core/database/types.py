"""Column types that behave the same on SQLite and PostgreSQL."""

import os
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

#: How many decimals an amount keeps. Four covers every currency of ISO 4217.
AMOUNT_DECIMALS = 4
AMOUNT_SCALE = 10**AMOUNT_DECIMALS


class UtcDateTimeType(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; SQLite itself has no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What a value is; undo and cursors turn plain JSON back into it."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring a moment to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs its time zone: {value!r}")
        moment = value if value.tzinfo is UTC else value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give a moment its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class AmountType(TypeDecorator[Decimal]):
    """An exact decimal kept as an integer of ten-thousandths, because SQLite's NUMERIC is a float underneath."""

    impl = BigInteger
    cache_ok = True

    @property
    def python_type(self) -> type[Decimal]:
        """What a value is; undo and cursors turn plain JSON back into it."""
        return Decimal

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        """Scale an amount to whole ten-thousandths."""
        if value is None:
            return None
        scaled = Decimal(value) * AMOUNT_SCALE
        whole = int(scaled)
        if whole != scaled:
            raise ValueError(f"an amount has at most {AMOUNT_DECIMALS} decimals: {value}")
        return whole

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        """Scale whole ten-thousandths back."""
        # PostgreSQL answers sums of bigint as numeric.
        return None if value is None else Decimal(int(value)) / AMOUNT_SCALE


#: JSON on SQLite, JSONB on PostgreSQL.
json_type: TypeEngine[Any] = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


@dataclass(frozen=True)
class Meaning:
    """What a column's plain Python type stands for; SQLAlchemy would evaluate a bare string as an annotation."""

    name: str


#: A record's identity, a UUIDv7.
Id = Annotated[uuid.UUID, Meaning("id")]
#: An aware moment in UTC.
UtcDateTime = Annotated[datetime, Meaning("utc")]
#: An exact amount with at most four decimals; its currency stands beside it.
Amount = Annotated[Decimal, Meaning("amount")]
#: A currency by its ISO 4217 code.
Currency = Annotated[str, Meaning("currency")]
#: A JSON object.
JsonDict = Annotated[dict[str, Any], Meaning("json")]

#: What SQLAlchemy makes of the annotations above and of the plain Python types.
TYPE_MAP: dict[Any, Any] = {
    Id: Uuid(),
    uuid.UUID: Uuid(),
    UtcDateTime: UtcDateTimeType(),
    datetime: UtcDateTimeType(),
    Amount: AmountType(),
    Decimal: AmountType(),
    Currency: String(3),
    JsonDict: json_type,
    dict[str, Any]: json_type,
    list[Any]: json_type,
}


def new_id() -> uuid.UUID:
    """Make a UUIDv7 (RFC 9562): 48 bits of milliseconds, then chance, so that ids sort by the time they were made."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=value)


def utc_now() -> datetime:
    """Tell the present moment, aware and in UTC."""
    return datetime.now(UTC)
