"""Which territory a customer belongs to by the territories' rules: the narrowest one that fits.

Whoever chooses a territory for a customer pins it: no rule changes it then. Emptying it gives it back to the rules.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.database import db
from core.host.generation import Remembered
from core.territories.models import Territory
from core.users.queries import PEOPLE


@dataclass(frozen=True)
class Rule:
    """What a territory asks of its customers.

    Attributes:
        territory_id: the territory.
        line: the ids of the territory and of all above it.
        countries, tags: each empty for anything.
        postcodes: their beginnings as `plain_postcode` writes them; empty for any.
    """

    territory_id: uuid.UUID
    line: frozenset[uuid.UUID]
    countries: frozenset[str]
    postcodes: tuple[str, ...]
    tags: frozenset[str]

    def fits(self, country: str | None, postcode: str | None, tags: Iterable[str]) -> bool:
        """Tell whether a customer of a country, with a postcode and tags, belongs here."""
        if self.countries and country not in self.countries:
            return False
        if self.postcodes and not plain_postcode(postcode).startswith(self.postcodes):
            return False
        return not self.tags or not self.tags.isdisjoint(tags)


def plain_postcode(postcode: str | None) -> str:
    """Write a postcode as postcodes are compared: `00-950` and `SW1 A` become `00950` and `SW1A`."""
    return (postcode or "").replace(" ", "").replace("-", "").upper()


@dataclass(frozen=True)
class _Known:
    """What is remembered: each territory with those above it, and the rules in their order."""

    lines: Mapping[uuid.UUID, Sequence[uuid.UUID]]
    rules: tuple[Rule, ...]


# Rights are remembered under the same number, which every change of a territory raises.
_known = Remembered[_Known](PEOPLE)


def rules() -> tuple[Rule, ...]:
    """List the rules, the ones that decide first; costs no statement while no territory has changed."""
    return _known.get(None, _read).rules


def territory_line(territory_id: uuid.UUID | None) -> Sequence[uuid.UUID]:
    """List a territory and those above it, from below; nothing for none, or for one that is gone."""
    return _known.get(None, _read).lines.get(territory_id, ()) if territory_id is not None else ()


def _read() -> _Known:
    statement = select(Territory).where(Territory.deleted_at.is_(None))
    territories = {each.id: each for each in db.session.scalars(statement)}
    lines = {each: _line(each, territories) for each in territories}
    ordered = sorted(territories.values(), key=lambda each: (-len(lines[each.id]), each.position, each.name, each.id))
    found = tuple(
        Rule(
            each.id,
            frozenset(lines[each.id]),
            frozenset(each.countries),
            tuple(map(plain_postcode, each.postcodes)),
            frozenset(each.tags),
        )
        for each in ordered
        if each.countries or each.postcodes or each.tags
    )
    return _Known(lines, found)


def _line(territory_id: uuid.UUID, territories: Mapping[uuid.UUID, Territory]) -> list[uuid.UUID]:
    line, above = [territory_id], territories[territory_id].parent_id
    while above is not None and above in territories and above not in line:
        line.append(above)
        above = territories[above].parent_id
    return line


def fitting(country: str | None, postcode: str | None, tags: Sequence[str]) -> list[Rule]:
    """List the rules that fit a customer; the first decides."""
    return [rule for rule in rules() if rule.fits(country, postcode, tags)]


def territory_of(country: str | None, postcode: str | None, tags: Sequence[str] = ()) -> uuid.UUID | None:
    """Tell in which territory somebody would be by the rules; None where no rule fits.

    Args:
        country: its two letters.
        postcode: as people write it.
        tags: the tags that they have.
    """
    found = fitting(country, postcode, tags)
    return found[0].territory_id if found else None


def placed(customer: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Tell which territory a new or changed customer gets, and whether it stays there.

    Args:
        customer: the customer as it was; None for a new one.
        values: what is written, model attribute to checked value.

    Returns:
        What is written beside: `territory_id`, `territory_pinned`, or nothing.
    """

    def now(name: str, otherwise: Any = None) -> Any:
        return values[name] if name in values else getattr(customer, name, otherwise)

    before, pinned_before = getattr(customer, "territory_id", None), getattr(customer, "territory_pinned", False)
    pinned = now("territory_pinned", False)
    if now("territory_id") != before and pinned == pinned_before:
        pinned = now("territory_id") is not None
    changed = {"territory_pinned": pinned} if pinned != now("territory_pinned", False) else {}
    if pinned or not rules():
        return changed
    return {**changed, "territory_id": territory_of(now("country"), now("postcode"), now("tags") or [])}
