"""Statements that are built once for everybody of the same rights, and run with each person's own values.

Building a statement of some joins and unions in Python takes longer than the database needs to answer it. What differs
from one run to the next is bound: the arguments, by `bindparam`, and whoever asks, by the actor that the builder is
given, which is nobody in particular: its ids are parameters, and it has no name, no address and no language.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import current_app
from sqlalchemy import BindParameter, Result, Uuid, bindparam

from core.access.actor import Actor
from core.database import db

#: Stands for a statement that its builder can only make for somebody in particular.
_PERSONAL: Final = object()

#: How many shapes of one statement are remembered: different rights times different arguments, record types among them.
MOST_SHAPES: Final = 256
#: What an actor has several ids of, or none.
_SEVERAL: Final = ("team_ids", "territory_ids")


class _Personal(Exception):  # noqa: N818 - no error: a statement that can't be kept
    """A builder asked the actor in general for something that only somebody in particular has."""


class _Some(BindParameter[Any]):
    """The teams or territories of an actor who has some; conditions ask whether there are any."""

    inherit_cache = True

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True)
class _Anyone(Actor):
    """Whoever has the same rights; every value of their own is a parameter."""

    def __getattribute__(self, name: str) -> Any:
        if name in ("name", "email", "language", "zone"):
            raise _Personal(name)
        return super().__getattribute__(name)


def _anyone_like(actor: Actor) -> Actor:
    parameters: dict[str, Any] = {
        "user_id": bindparam("actor_user_id", type_=Uuid()),
        "customer_id": bindparam("actor_customer_id", type_=Uuid()),
    }
    for name in _SEVERAL:
        parameters[name] = _Some(f"actor_{name}", type_=Uuid(), expanding=True) if getattr(actor, name) else frozenset()
    return _Anyone(kind=actor.kind, grants=actor.grants, **parameters)


def _values_of(actor: Actor) -> dict[str, Any]:
    values: dict[str, Any] = {"actor_user_id": actor.user_id, "actor_customer_id": actor.customer_id}
    return values | {f"actor_{name}": list(ids) for name in _SEVERAL if (ids := getattr(actor, name))}


class Kept:
    """A statement that is built once for each shape; see `kept`."""

    def __init__(self, build: Callable[..., Any]) -> None:
        self.build = build
        self._statements: OrderedDict[Any, Any] = OrderedDict()
        self.__doc__ = build.__doc__
        self.__name__ = build.__name__

    def __call__(self, actor: Actor, *shape: Any, **values: Any) -> Result[*tuple[Any, ...]]:
        """Run the statement.

        Args:
            actor: whoever asks.
            *shape: what the builder takes beside the actor; hashable, and few different ones.
            **values: the bound parameters.
        """
        return db.session.execute(self._statement(actor, shape), values | _values_of(actor))

    def anew(self, actor: Actor, *shape: Any, **values: Any) -> Result[*tuple[Any, ...]]:
        """Run the statement without remembering it, for arguments that are different each time."""
        return db.session.execute(self.build(actor, *shape), values)

    def _statement(self, actor: Actor, shape: tuple[Any, ...]) -> Any:
        # What a plugin's records are visible to changes when it is switched on or off, and each kind of database is
        # asked for words in its own way.
        enabled, database = current_app.extensions["pelatis_host"].enabled, db.engine.dialect.name
        has = tuple(bool(getattr(actor, name)) for name in _SEVERAL)
        key = (actor.rights, has, enabled, database, shape)
        statement = self._statements.get(key)
        if statement is None:
            try:
                statement = self.build(_anyone_like(actor), *shape)
            except _Personal:
                statement = _PERSONAL
            self._statements[key] = statement
            if len(self._statements) > MOST_SHAPES:
                self._statements.popitem(last=False)
        return self.build(actor, *shape) if statement is _PERSONAL else statement


def kept(build: Callable[..., Any]) -> Kept:
    """Let a statement be built once for everybody of the same rights.

    The decorated function takes an actor and builds a select, with `visible(actor, …)` for what may be seen and
    `bindparam("name")` for each value; it must not translate anything, nor read anything. Calling it runs the
    statement: `_open_deals(actor, customer=customer.id).all()`.

    Args:
        build: takes an actor, and further positional arguments that choose the statement's shape.
    """
    return Kept(build)
