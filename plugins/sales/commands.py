"""The commands of sales: `pelatis sales report` and `pelatis sales journal`."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import click
from sqlalchemy import select

from pelatis.api import Actor, Problem, Team, User, _, current_actor, db, today, write_table

from .operations.batches import draw_up_batches, hand_over
from .periods import Period, month_of, read_period
from .queries.batches import count_left, unfinished_batches
from .queries.journal import COLUMNS, file_rows, read_journal
from .queries.reports import REPORTS
from .queries.reports.summary import Report, sales_report
from .queries.reports.tables import Table, ask


@click.command("report")
@click.argument("name", required=False, type=click.Choice(list(REPORTS)))
@click.option("--period", default="", help="12m (the last 12 months), all, or one like 2026, 2026-Q4 or 2026-11.")
@click.option("--team", help="The name of a team: its people's deals, and those of the teams below it.")
@click.option("--person", help="The name of a person: their deals.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def report(name: str | None, period: str, team: str | None, person: str | None, as_json: bool) -> None:
    """Tell what was won and lost, how fast, and by whom; or one of the reports by its NAME."""
    actor: Actor = current_actor()
    if name is not None:
        asked = ask(actor, period, _named(Team, team), _named(User, person))
        table = REPORTS[name].read(asked)
        click.echo(_as_json(table.records()) if as_json else "\n".join(_lines(table)))
        return
    found = sales_report(actor)
    click.echo(_as_json(found.as_json()) if as_json else _as_text(found))


@click.command("journal")
@click.option("--period", default="", help="A month like 2026-11 or a quarter like 2026-Q4; this month by default.")
@click.option("--format", "form", type=click.Choice(["csv", "xlsx", "jsonl"]), default="csv", show_default=True)
@click.option("--output", type=click.File("wb"), default="-", help="The file to write; by default it is printed.")
@click.option(
    "--hand-over",
    "by_connector",
    is_flag=True,
    help="Hand over to the connected bookkeeping what wasn't yet, up to the period's end, instead of writing a file.",
)
def journal(period: str, form: str, output: BinaryIO, by_connector: bool) -> None:
    """Write what was posted, paid and given back in a period as lines for the bookkeeping."""
    asked = read_period(period) if period else month_of(today())
    if by_connector:
        _hand_over(asked)
        return
    rows = file_rows(read_journal(current_actor(), asked))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "journal"
        write_table(list(COLUMNS), rows, form, target)
        output.write(target.read_bytes())


def _hand_over(asked: Period) -> None:
    """Hand over what wasn't taken before and what isn't in a batch yet, and tell of each batch.

    Raises:
        Problem: `sales.not_taken` when a batch wasn't taken; `sales.nothing_to_hand_over`.
    """
    waiting = list(unfinished_batches())
    last_day = min(asked.ends_before - timedelta(days=1), today())
    if not waiting or count_left(last_day):
        waiting += [batch.id for batch in draw_up_batches(current_actor(), last_day)]
    for batch in map(hand_over, waiting):
        why = batch.problem or _("No plugin that is switched on takes the journal.")
        click.echo(f"{batch.number}  {batch.documents}  {batch.reference or why}")
        if batch.status != "handed_over":
            words = {"number": batch.number, "why": why}
            raise Problem("sales.not_taken", _("“%(number)s” wasn't taken by the bookkeeping: %(why)s", **words))


def _named(model: Any, name: str | None) -> UUID | None:
    """Find a person or a team by their name.

    Raises:
        Problem: `sales.nobody` for a name that none or several have.
    """
    if name is None:
        return None
    found: Sequence[UUID] = db.session.scalars(
        select(model.id).where(model.name == name, model.deleted_at.is_(None))
    ).all()
    if len(found) != 1:
        raise Problem("sales.nobody", _("There is no such team or person."), status=400)
    return found[0]


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=_number)


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _lines(table: Table) -> list[str]:
    """Write a report's table for people, its columns side by side."""
    cells = [[str(column.label) for column in table.columns]]
    cells += [["–" if value is None else _cell(value) for value in row] for row in table.rows]
    widths = [max(len(row[place]) for row in cells) for place in range(len(table.columns))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return [*lines, *([table.note] if table.note else [])]


def _cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | Decimal) else str(value)


def _as_text(found: Report) -> str:
    """Write the figures for people, a line each."""
    lines = []
    for name, value in found.as_json().items():
        label = name.replace("_", " ")
        if isinstance(value, Mapping):
            lines += [f"{label}:", *[f"  {key}  {number:,}" for key, number in value.items()]]
        else:
            lines.append(f"{label}: {'–' if value is None else f'{value:,}'}")
    return "\n".join(lines)
