"""What may follow what: the one check behind every table of moves."""

from collections.abc import Collection, Mapping
from typing import Any

from pelatis.api import Problem, _


def check_move(moves: Mapping[str, Collection[str]], names: Mapping[str, Any], old: str, new: str, code: str) -> None:
    """Let one status follow another.

    Args:
        moves: status to those that may follow it.
        names: status to what people call it.
        old: the present status.
        new: the one that is wanted.
        code: of the refusal.

    Raises:
        Problem: with that code (409) where it may not.
    """
    if new not in moves[old]:
        message = _("It is “%(old)s” and can't become “%(new)s”.", old=names[old], new=names[new])
        raise Problem(code, message, status=409)
