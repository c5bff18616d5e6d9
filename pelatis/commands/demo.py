"""`pelatis demo`: a company to look around in."""

import click

from pelatis.commands import application, print_json


@click.command()
@click.option(
    "--customers", default=300, show_default=True, type=click.IntRange(1, 5_000_000), help="How many, people too."
)
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same company.")
@click.option(
    "--language",
    type=click.Choice(["en", "el", "pl"]),
    default="en",
    show_default=True,
    help="What the company speaks.",
)
@click.option("--if-empty", is_flag=True, help="Do nothing where there are customers already.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def demo(customers: int, seed: int, language: str, if_empty: bool, as_json: bool) -> None:
    """Load an invented company with two years of history into every plugin that is on.

    What was interrupted goes on from where it was, with the customers and the seed that it was begun with.
    """
    from core.demo import loading as demonstration
    from core.operation.first_run import prepare_database

    with application():
        prepare_database(all_plugins=True)
        was_loaded = demonstration.is_loaded()
        if demonstration.has_customers() and not demonstration.is_begun():
            if if_empty:
                return
            raise click.ClickException("There are customers already; the demonstration doesn't mix with real ones.")
        signed_in = demonstration.load(
            customers, seed, language=language, told=_tell if customers > 5_000 else _keep_still
        )
    if as_json:
        print_json({"email": signed_in.email, "password": signed_in.password, "loaded": not was_loaded})
        return
    if was_loaded and not if_empty:
        click.echo("The demonstration is there already.")
    click.echo(f"Sign in as {signed_in.email} with {signed_in.password}")


def _tell(done: int, wanted: int) -> None:
    click.echo(f"\r{done:,} of {wanted:,} customers", err=True, nl=done >= wanted)


def _keep_still(_done: int, _wanted: int) -> None:
    """Say nothing: a small company is there at once."""
