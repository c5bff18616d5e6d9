"""The company's own settings: its name, language and currency. They are read once for each change of settings."""

from dataclasses import dataclass, fields
from typing import Any

from flask import g
from sqlalchemy import select

from core.database import db, write_unit
from core.host.doors import current_host
from core.host.generation import raise_generation
from core.money import DEFAULT_CURRENCY, SETTINGS
from core.users.models import Setting


@dataclass(frozen=True)
class Company:
    """Who uses this Pelatis."""

    company_name: str = ""
    #: The language in which new people begin.
    language: str = "en"
    #: ISO 4217.
    currency: str = DEFAULT_CURRENCY


_KEYS = tuple(field.name for field in fields(Company))

#: (database, generation of the settings) to company; the newest one alone.
_known: dict[tuple[str, int], Company] = {}


def company() -> Company:
    """Tell who uses this Pelatis."""
    key = (str(db.engine.url), current_host().generation(SETTINGS))
    found = _known.get(key)
    if found is None:
        statement = select(Setting.key, Setting.value)
        rows: Any = db.session.execute(statement.where(_is_company()))
        found = Company(**dict(rows.all()))
        _known.clear()
        _known[key] = found
    return found


def _is_company() -> Any:
    return (Setting.plugin == "core") & (Setting.scope == "") & Setting.key.in_(_KEYS)


def set_company(**values: str) -> None:
    """Change some of the company's settings.

    Args:
        **values: `company_name`, `language`, `currency`.
    """
    with write_unit() as session:
        kept = {row.key: row for row in session.scalars(select(Setting).where(_is_company()))}
        for key in _KEYS:
            if key not in values:
                continue
            if key in kept:
                kept[key].value = values[key]
            else:
                session.add(Setting(plugin="core", scope="", key=key, value=values[key]))
        raise_generation(session.connection(), SETTINGS)
    # This request has read the numbers already.
    g.pop("generations", None)
