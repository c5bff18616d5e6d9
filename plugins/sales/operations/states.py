"""What may follow what, and who may decide: the checks behind every table of moves."""

from collections.abc import Collection, Mapping
from typing import Any

from pelatis.api import Actor, Problem, _, people_who_may


def may_decide_own(actor: Actor, action: str, record: Any) -> bool:
    """Tell whether somebody may decide about what is their own: an administrator, where nobody else may.

    Args:
        actor: whoever wants to.
        action: what they want to do.
        record: what they want to do it to.
    """
    return actor.is_administrator and not people_who_may(action, record, besides=actor.user_id)


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
