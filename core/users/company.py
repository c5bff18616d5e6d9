"""The company's own settings: its name, language and currency, and what stands on its documents.

They are read once for each change of settings; the logo, which is large, when it is needed.
"""

from dataclasses import asdict, dataclass, fields
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
    #: Its name in law, where that is another one.
    legal_name: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    #: ISO 3166-1.
    country: str = ""
    #: With its country's prefix, without spaces.
    tax_number: str = ""
    #: The Greek ΔΟΥ, the Polish urząd skarbowy.
    tax_office: str = ""
    #: Its number in the commercial register, with the register's name.
    register_number: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    bank_name: str = ""
    #: In groups of four.
    iban: str = ""


@dataclass(frozen=True)
class Logo:
    """The company's picture.

    Attributes:
        type: `image/png` or `image/jpeg`.
        content: the file, in base64.
    """

    type: str
    content: str


_LOGO: Final = "company_logo"
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


def company_logo() -> Logo | None:
    """Give the company's logo; None when it has none."""
    kept = db.session.get(Setting, ("core", "", _LOGO))
    return Logo(**kept.value) if kept is not None else None


def set_company_logo(logo: Logo | None) -> None:
    """Keep another logo, or none."""
    with write_unit() as session:
        kept = session.get(Setting, ("core", "", _LOGO))
        if kept is not None:
            session.delete(kept)
            session.flush()
        if logo is not None:
            session.add(Setting(plugin="core", scope="", key=_LOGO, value=asdict(logo)))


def set_company(**values: str) -> None:
    """Change some of the company's settings.

    Args:
        **values: the names and new values of what `Company` holds.
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
