"""`pelatis user` and `pelatis token`: people and keys, from the shell."""

import sys
from typing import Any

import click

from pelatis.commands import application, print_json, print_table


@click.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.argument("email")
@click.option("--role", required=True, help="What they may do: administrator, sales_manager, …")
@click.option("--name", default="", help="Their name; what stands before the @ by default.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def add_user(email: str, role: str, name: str, as_json: bool) -> None:
    """Add a person who signs in with EMAIL. The password is read from standard input, one line."""
    from core.access import system_actor
    from core.users import operations

    password = _read_password()
    with application():
        added = operations.add_user(
            system_actor(), email=email, role=role, password=password, name=name or email.partition("@")[0]
        )
        summary = {"id": str(added.id), "email": added.email, "name": added.name, "role": role}
    if as_json:
        print_json(summary)
    else:
        click.echo(f"{summary['email']} may sign in as {role}")


def _read_password() -> str:
    if sys.stdin.isatty():
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return password
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise click.ClickException("Give the password on standard input, one line.")
    return password


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def list_users(as_json: bool) -> None:
    """List the people who may sign in, with their roles."""
    with application():
        rows = _users()
    if as_json:
        print_json(rows)
    else:
        print_table(rows, ["email", "name", "roles", "active"])


def _users() -> list[dict[str, Any]]:
    from sqlalchemy import select

    from core.database import db
    from core.users.models import Role, User, UserRole

    people = db.session.scalars(select(User).where(User.deleted_at.is_(None)).order_by(User.email, User.name)).all()
    held = db.session.execute(select(UserRole.user_id, Role.name).join(Role, Role.id == UserRole.role_id)).all()
    return [
        {
            "id": str(person.id),
            "email": person.email or "",
            "name": person.name,
            "roles": ", ".join(sorted(name for user_id, name in held if user_id == person.id)),
            "active": person.active,
        }
        for person in people
    ]


@click.group()
def token() -> None:
    """Keys with which programs act for a person."""


@token.command("add")
@click.argument("email")
@click.option("--name", required=True, help="What the key is for, so that it can be recognised and revoked.")
def add_token(email: str, name: str) -> None:
    """Make a key that acts for the person of EMAIL, and print it alone. It is shown this once."""
    from core.access import system_actor
    from core.users import operations

    with application():
        made = operations.make_token(system_actor(), email, name)
    click.echo(made)
