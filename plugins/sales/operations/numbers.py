"""Numbers of documents: without gap and without double, because they are drawn in the transaction that uses them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pelatis.api import db, write_unit

from ..models import NumberSeries

#: Kind of document to how its numbers are written.
FORMATS: Final[Mapping[str, str]] = {
    "quote": "Q-{year}-{number:05}",
    "order": "O-{year}-{number:05}",
    "delivery": "D-{year}-{number:05}",
    "invoice": "I-{year}-{number:05}",
    "credit_note": "C-{year}-{number:05}",
    "payment": "P-{year}-{number:05}",
    "refund": "R-{year}-{number:05}",
    "settlement": "S-{year}-{number:05}",
    "journal": "J-{year}-{number:05}",
}


def draw_number(kind: str, day: date) -> str:
    """Draw the next number of a series; whoever else draws one waits until this transaction ends.

    Draw as late as possible inside the write unit that posts the document: when that is rolled back, by an error or by
    a killed process, the number is free again.

    Args:
        kind: a key of `FORMATS`.
        day: the day of the document; each year has a series of its own.
    """
    with write_unit() as session:
        series = _locked(kind, day.year) or _begun(session, kind, day.year)
        series.last += 1
        session.flush()
        return FORMATS[kind].format(year=day.year, number=series.last)


def _locked(kind: str, year: int) -> NumberSeries | None:
    statement = select(NumberSeries).where(NumberSeries.kind == kind, NumberSeries.year == year).with_for_update()
    return db.session.scalars(statement, execution_options={"populate_existing": True}).one_or_none()


def _begun(session: Any, kind: str, year: int) -> NumberSeries:
    try:
        with session.begin_nested():
            series = NumberSeries(kind=kind, year=year)
            session.add(series)
            session.flush()
            return series
    except IntegrityError:  # somebody else began the year in the meantime
        found = _locked(kind, year)
        if found is None:
            raise
        return found
