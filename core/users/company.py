"""The company's own settings: its name, language and currency. They are read once for each change of settings."""

from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import select

from core.database import db, write_unit
from core.host.generation import Remembered, raised_by
from core.users.models import Setting

#: The topic whose number rises when somebody changes a setting.
SETTINGS: Final = "settings"


@dataclass(frozen=True)
class Company:
    """Who uses this Pelatis."""

    company_name: str = ""
    #: The language in which new people begin.
    language: str = "en"
    #: ISO 4217.
    currency: str = "EUR"


_KEYS = tuple(field.name for field in fields(Company))

_known = Remembered[Company](SETTINGS)


def company() -> Company:
    """Tell who uses this Pelatis."""
    return _known.get(None, _read_company)


def base_currency() -> str:
    """Name the company's own currency, in which sums of several currencies are told, by its ISO 4217 code."""
    return company().currency


def _read_company() -> Company:
    rows: Any = db.session.execute(select(Setting.key, Setting.value).where(_is_company()))
    return Company(**dict(rows.all()))


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


raised_by(SETTINGS, Setting)
