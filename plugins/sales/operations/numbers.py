"""Numbers of documents: without gap and without double, because they are drawn in the transaction that uses them."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pelatis.api import Actor, Problem, _, change_record, db, save, write_unit

from ..models import NumberFormat, NumberSeries

#: Kind of document to how its numbers are written unless a `NumberFormat` says otherwise.
USUAL: Final[Mapping[str, str]] = {
    "quote": "Q-YYYY-#####",
    "order": "O-YYYY-#####",
    "delivery": "D-YYYY-#####",
    "invoice": "I-YYYY-#####",
    "credit_note": "C-YYYY-#####",
    "payment": "P-YYYY-#####",
    "refund": "R-YYYY-#####",
    "settlement": "S-YYYY-#####",
    "journal": "J-YYYY-#####",
}
MOST_DIGITS: Final = 10
_YEAR: Final = re.compile("YYYY|YY")
_NUMBER: Final = re.compile("#+")


def draw_number(kind: str, day: date) -> str:
    """Draw the next number of a series; whoever else draws one waits until this transaction ends.

    Draw as late as possible inside the write unit that posts the document: when that is rolled back, by an error or by
    a killed process, the number is free again.

    Args:
        kind: a key of `USUAL`.
        day: the day of the document; each year has a series of its own where the year stands in its numbers.
    """
    with write_unit() as session:
        own = _own_format(kind)
        pattern, first = (own.pattern, own.first) if own else (USUAL[kind], 1)
        year = day.year if _YEAR.search(pattern) else 0
        series = _locked(kind, year) or _begun(session, kind, year, first)
        series.last += 1
        session.flush()
        return written_number(pattern, day.year, series.last)


def written_number(pattern: str, year: int, number: int) -> str:
    """Write a number as a pattern says."""
    with_year = _YEAR.sub(lambda found: f"{year:04}"[-len(found[0]) :], pattern)
    return _NUMBER.sub(lambda found: f"{number:0{len(found[0])}}", with_year)


def _own_format(kind: str) -> NumberFormat | None:
    statement = select(NumberFormat).where(NumberFormat.kind == kind, NumberFormat.deleted_at.is_(None))
    return db.session.scalars(statement.order_by(NumberFormat.id)).first()


def _locked(kind: str, year: int) -> NumberSeries | None:
    statement = select(NumberSeries).where(NumberSeries.kind == kind, NumberSeries.year == year).with_for_update()
    return db.session.scalars(statement, execution_options={"populate_existing": True}).one_or_none()


def _begun(session: Any, kind: str, year: int, first: int) -> NumberSeries:
    try:
        with session.begin_nested():
            series = NumberSeries(kind=kind, year=year, last=first - 1)
            session.add(series)
            session.flush()
            return series
    except IntegrityError:  # somebody else began the year in the meantime
        found = _locked(kind, year)
        if found is None:
            raise
        return found


# How they are written


def create_number_format(actor: Actor, values: Mapping[str, Any]) -> NumberFormat:
    """Say how the numbers of a kind of document are written from now on.

    Raises:
        Problem: `sales.bad_pattern`, `sales.pattern_twice` (422).
    """
    with write_unit():
        made = NumberFormat(**values)
        _check(made)
        saved: NumberFormat = save(actor, made)
        return saved


def update_number_format(actor: Actor, present: NumberFormat, values: Mapping[str, Any]) -> NumberFormat:
    """Change how they are written, by the rules by which it is said first.

    Raises:
        Problem: as `create_number_format`.
    """
    with write_unit() as session:
        with session.no_autoflush:
            change_record(actor, present, values)
            _check(present)
        session.flush()
        return present


def settle_number_format(_actor: Actor, present: NumberFormat) -> None:
    """Let one that came back, or was put back, be one that could be written now.

    Raises:
        Problem: as `create_number_format`.
    """
    if present.deleted_at is None:
        with db.session.no_autoflush:
            _check(present)


def _check(wanted: NumberFormat) -> None:
    pattern = wanted.pattern
    numbers, years = _NUMBER.findall(pattern), _YEAR.findall(pattern)
    if len(numbers) != 1 or len(numbers[0]) > MOST_DIGITS or len(years) > 1:
        message = _("Write ##### once, and YYYY or YY at most once: I-YYYY-#####.")
        raise _refused("pattern", "sales.bad_pattern", message)
    statement = select(NumberFormat).where(NumberFormat.deleted_at.is_(None))
    others = [each for each in db.session.scalars(statement) if each.id != wanted.id]
    if any(each.kind == wanted.kind for each in others):
        raise _refused("kind", "sales.pattern_twice", _("There is one for these documents already; change that one."))
    taken = {each.pattern for each in others} | {usual for kind, usual in USUAL.items() if kind != wanted.kind}
    if pattern in taken:
        message = _("Other documents are numbered so already; their numbers would be the same.")
        raise _refused("pattern", "sales.pattern_twice", message)


def _refused(field: str, code: str, message: str) -> Problem:
    return Problem(code, message, fields={field: [message]})
