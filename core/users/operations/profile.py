"""The own profile."""

from collections.abc import Mapping
from typing import Any, Final

from core.access import Actor
from core.database import db, write_unit
from core.i18n import LANGUAGES, _, time_zones
from core.problems import Problem, not_found
from core.users.models import User


def update_profile(actor: Actor, values: Mapping[str, Any]) -> User:
    """Let a person change what concerns nobody but themselves.

    Args:
        actor: the person.
        values: `name`, `language`, `zone`, `theme`, `density`, `single_keys`; what is missing stays.

    Raises:
        Problem: 422 with the bad fields.
    """
    user = oneself(actor)
    clean = {name: check(values[name]) for name, check in _PROFILE.items() if name in values}
    bad = {name: [_("Choose one of those that are offered.")] for name, value in clean.items() if value is None}
    if "name" in bad:
        bad["name"] = [_("Write a name of at most 120 characters.")]
    if bad:
        raise Problem("invalid", _("Some fields need another look."), fields=bad)
    with write_unit() as session:
        session.refresh(user)
        for name, value in clean.items():
            setattr(user, name, value)
    return user


def _one_of(*allowed: str) -> Any:
    return lambda value: value if value in allowed else None


def _checked_name(value: str) -> str | None:
    name = " ".join(str(value).split())
    return name if 0 < len(name) <= 120 else None


def _checked_zone(value: str) -> str | None:
    return value if value in time_zones() else None


#: For each field of the profile what makes a value of what was sent; None refuses it.
_PROFILE: Final[Mapping[str, Any]] = {
    "name": _checked_name,
    "language": _one_of(*LANGUAGES),
    "zone": _checked_zone,
    "theme": _one_of("auto", "light", "dark"),
    "density": _one_of("airy", "dense"),
    "single_keys": bool,
}


def oneself(actor: Actor) -> User:
    """Read the person that acts."""
    user = db.session.get(User, actor.user_id) if actor.user_id else None
    if user is None:
        raise not_found()
    return user
