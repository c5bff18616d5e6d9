"""`pelatis bench`: Pelatis' pages beside a floor measured in the same run."""

import dataclasses
import json
from functools import partial
from pathlib import Path
from typing import Any

import click

from pelatis.commands import clear_errors


@click.command()
@click.option("--customers", type=click.IntRange(100, 5_000_000), help="100,000 by default.")
@click.option("--opportunities", type=click.IntRange(10, 5_000_000), help="20,000 by default.")
@click.option("--activities", type=click.IntRange(10, 5_000_000), help="50,000 by default.")
@click.option("--database", "url", help="A PostgreSQL server; it gets a database of its own. SQLite by default.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here.")
@click.option(
    "--compare",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Figures of an earlier run, as JSON.",
)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(["pages", "served", "import", "sales"]),
    help="This part alone; may be given again for another.",
)
@click.option("--quick", is_flag=True, help="Small sizes: whether it runs, not how fast it is.")
def bench(
    customers: int | None,
    opportunities: int | None,
    activities: int | None,
    url: str | None,
    json_file: Path | None,
    compare: Path | None,
    only: tuple[str, ...],
    quick: bool,
) -> None:
    """Measure the pages of Pelatis and a minimal application on the same data, and print both with their ratios.

    Everything happens in a temporary database that is removed at the end; yours isn't touched. What each part found is
    told as soon as it has; the whole table comes at the end.

    Each figure is judged by its ratio to the same figure of the minimal application or of plain SQL, taken in the same
    run: of what is done per second at least so much, of time and memory at most. So a slow machine misses no target
    that a fast one meets.
    """
    from core.bench.report import as_table
    from core.bench.run import QUICK, Sizes, run_bench

    given = {"customers": customers, "opportunities": opportunities, "activities": activities}
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    sizes = dataclasses.replace(QUICK if quick else Sizes(), **chosen)
    before = _read(compare) if compare else None
    if url is not None and not url.startswith("postgresql"):
        raise click.UsageError("--database takes the URL of a PostgreSQL server: postgresql+psycopg://…")
    told = partial(click.echo, err=True)
    with clear_errors():
        report = run_bench(sizes, url, told, only, lambda part: told(f"\n{as_table(part, before)}\n"))
    click.echo(as_table(report, before))
    if json_file is not None:
        json_file.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=2), encoding="utf-8")


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.ClickException(f"{file} isn't the JSON of an earlier run.") from error
