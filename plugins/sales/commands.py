"""The commands of sales: `pelatis sales report`."""

import json

import click

from pelatis.api import Actor, current_actor

from .queries.report import Report, sales_report


@click.command("report")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def report(as_json: bool) -> None:
    """Tell what was won and lost, how fast, and by whom."""
    actor: Actor = current_actor()
    found = sales_report(actor)
    click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2) if as_json else _as_text(found))


def _as_text(found: Report) -> str:
    """Write the figures for people, a line each."""
    lines = []
    for name, value in found.as_json().items():
        label = name.replace("_", " ")
        if isinstance(value, dict):
            lines += [f"{label}:", *[f"  {key}  {number:,}" for key, number in value.items()]]
        else:
            lines.append(f"{label}: {'–' if value is None else f'{value:,}'}")
    return "\n".join(lines)
