"""`pelatis import` and `pelatis export`: files in and out, from the shell."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pelatis.commands import application, cause, print_json


class ImportCommand(click.Group):
    """`import FILE …` runs an import; `import undo ID` takes one back."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Take anything that isn't a subcommand for a file."""
        if args and args[0] not in self.commands:
            return "run", self.commands["run"], args
        return super().resolve_command(ctx, args)


@click.group("import", cls=ImportCommand)
def import_() -> None:
    """Bring the rows of a CSV, Excel or JSON Lines file: import FILE --into TYPE. Take it back: import undo ID."""


@import_.command("run")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--into", "key", required=True, help="The record type: customer, sales.opportunity, …")
@click.option("--mapping", help="The name of a saved mapping, or a JSON file: column to field.")
@click.option("--match", default=None, help="The field by which existing records are recognised; '' for none.")
@click.option("--create-missing", is_flag=True, help="Make the stages, people and teams that the file names.")
@click.option("--strict", is_flag=True, help="A row that names an unknown record fails.")
@click.option("--dry-run", is_flag=True, help="Try every row and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def run(
    file: Path,
    key: str,
    mapping: str | None,
    match: str | None,
    create_missing: bool,
    strict: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring the rows of FILE; the word `run` may be left out."""
    with application():
        summary = _run(file, key, mapping, match, create_missing, strict, dry_run)
    if as_json:
        print_json(summary)
        return
    for reason in summary.pop("reasons"):
        if reason["code"].startswith("empty:"):
            continue  # counted below, with the other fields
        first = f", first in row {reason['first']}" if reason["first"] else ""
        click.echo(f"{reason['level']}: {reason['message']} ({reason['rows']}×{first})", err=True)
    for name, (rows, first) in summary.pop("empty").items():
        click.echo(f"empty: {name} ({rows}×, first in row {first})", err=True)
    for name, values in summary.pop("few").items():
        click.echo(f"values: {name}: {', '.join(f'{text} ({rows}×)' for text, rows in values.items())}", err=True)
    for name, value in summary.items():
        click.echo(f"{name}: {value if value is not None else '-'}")


def _run(
    file: Path, key: str, mapping: str | None, match: str | None, create_missing: bool, strict: bool, dry_run: bool
) -> dict[str, Any]:
    from core.access import system_actor
    from core.imports import mappings, operations, options, queries, trials
    from core.operation.server import spare_memory

    record_type = _record_type(key)
    spare_memory()  # a file of many rows makes much that is soon gone
    job = None if dry_run else operations.find_unfinished(record_type, file)
    if job is not None:
        click.echo(f"Going on with import {job.id} after {job.done_rows} rows.", err=True)
    else:
        job = _taken(file, record_type, mapping, match, create_missing=create_missing, strict=strict)
    if dry_run:
        trial = trials.try_out(system_actor(), job)
        counts, reasons, empty, few = trial.tally, trial.reasons, trial.empty_cells, trial.few
        operations.discard(job)
    else:
        if job.status == "draft":
            mappings.keep(job)
        with _told_where_it_stops(job.id):
            counts = asdict(operations.run(system_actor(), job))
        reasons, empty, few = queries.reasons(job), job.empty_cells, {}
    errors = options.error_file(job)
    return {
        **counts,
        "error_file": str(errors) if not dry_run and errors.is_file() else None,
        "import_id": None if dry_run else str(job.id),
        "reasons": [dict(each) for each in reasons],
        "empty": {name: list(counted) for name, counted in empty.items()},
        "few": {name: dict(values) for name, values in few.items()},
    }


@contextmanager
def _told_where_it_stops(import_id: uuid.UUID) -> Iterator[None]:
    """Let the error of an import that has brought rows already say so, and what can be done."""
    from core.problems import Problem

    try:
        yield
    except Problem:
        raise
    except Exception as error:
        done = _rows_done(import_id)
        if not done:
            raise
        raise click.ClickException(
            f"The import stopped after row {done}: {cause(error)}. These rows are in. The same command goes on behind "
            f"them; pelatis import undo {import_id} takes them back."
        ) from error


def _rows_done(import_id: uuid.UUID) -> int:
    from sqlalchemy.exc import SQLAlchemyError

    from core.database import db
    from core.imports import queries

    try:
        db.session.rollback()
        return queries.find_import(import_id).done_rows
    except SQLAlchemyError:  # the database is what is away
        return 0


def _taken(file: Path, record_type: Any, mapping: str | None, match: str | None, **options: Any) -> Any:
    from core.access import system_actor
    from core.imports import mappings, operations

    with file.open("rb") as stream:
        job = operations.take_file(system_actor(), record_type, file.name, stream)
    try:
        columns = None
        if mapping is not None and Path(mapping).is_file():
            columns = _mapping(Path(mapping))
        elif mapping is not None:
            mappings.apply(job, mappings.named(system_actor(), record_type.key, mapping))
            options = {name: value for name, value in options.items() if value}
        if columns is not None and match is None and job.options["match"] not in columns.values():
            match = ""
        operations.set_up(job, mapping=columns, **options | ({} if match is None else {"match": match}))
    except BaseException:
        operations.discard(job)
        raise
    return job


def _mapping(file: Path) -> dict[str, str]:
    try:
        mapping = json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise click.ClickException(f"{file} isn't JSON: {error}") from error
    if not isinstance(mapping, dict) or not all(isinstance(each, str) for each in mapping.values()):
        raise click.ClickException(f'{file} must look like {{"Column of the file": "field"}}.')
    return mapping


def _record_type(key: str) -> Any:
    from core.records.registry import record_types

    record_type = record_types.get(key)
    if record_type is None:
        known = sorted(each.key for each in record_types)
        meant = [each for each in known if each.endswith(f".{key}")]
        said = f"Did you mean {' or '.join(meant)}?" if meant else f"There are: {', '.join(known)}."
        raise click.ClickException(f"There is no record type {key}. {said}")
    return record_type


@import_.command()
@click.argument("import_id", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def undo(import_id: uuid.UUID, as_json: bool) -> None:
    """Take back everything that the import IMPORT_ID did."""
    from core.access import system_actor
    from core.imports import queries, undoing

    with application():
        undone = undoing.undo(system_actor(), queries.find_import(import_id))
    kept = [f"{key} {record_id}" for key, record_id in undone.kept]
    if as_json:
        print_json({"put_back": sum(undone.put_back.values()), "by_type": dict(undone.put_back), "kept": kept})
        return
    click.echo(f"put_back: {sum(undone.put_back.values())}")
    for record_type, count in undone.put_back.items():
        click.echo(f"  {record_type}: {count}")
    for each in kept:
        click.echo(f"kept, changed since: {each}")


@click.command()
@click.argument("key", metavar="TYPE")
@click.option("--format", "form", type=click.Choice(["csv", "xlsx", "jsonl", "vcf"]), default="csv", show_default=True)
@click.option("--filter", "filter_text", default=None, help="JSON, as in the URL of a list.")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def export(key: str, form: str, filter_text: str | None, output: Path, as_json: bool) -> None:
    """Write records of TYPE into a file."""
    from core.access import system_actor
    from core.exports.writing import write_export
    from core.records.filters import parse_filter
    from core.records.queries import ListQuery

    with application():
        record_type = _record_type(key)
        count = write_export(system_actor(), record_type, ListQuery(filter=parse_filter(filter_text)), form, output)
    if as_json:
        print_json({"written": count, "file": str(output)})
    else:
        click.echo(f"{count} written to {output}")
