"""The company's own currency, in which sums of several currencies are told."""

from typing import Final

from sqlalchemy import select

from core.database import db

#: The currency of a company that hasn't chosen one.
DEFAULT_CURRENCY: Final = "EUR"
#: The topic whose generation is raised when somebody changes a setting.
SETTINGS: Final = "settings"

#: (database, generation of the settings) to currency; the newest one alone.
_known: dict[tuple[str, int], str] = {}


def base_currency() -> str:
    """Name the company's own currency by its ISO 4217 code; asked of the database once for each change of settings."""
    from core.host.doors import current_host  # hooks stand on the records layer, which stands on this
    from core.users.models import Setting

    key = (str(db.engine.url), current_host().generation(SETTINGS))
    if key not in _known:
        place = (Setting.plugin == "core", Setting.scope == "", Setting.key == "currency")
        _known.clear()
        _known[key] = db.session.scalars(select(Setting.value).where(*place)).one_or_none() or DEFAULT_CURRENCY
    return _known[key]
