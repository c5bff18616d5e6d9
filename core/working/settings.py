"""How the company's working hours are kept, and how an administrator changes them."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any, Final

from core.access import Actor, require_administrator
from core.database import db, write_unit
from core.host.generation import Remembered
from core.i18n import DEFAULT_ZONE, _, time_zones
from core.problems import Problem
from core.users.company import SETTINGS, company
from core.users.models import Setting
from core.working.calendar import USUAL_HOURS, WorkingCalendar, countries_with_holidays

_KEY: Final = ("core", "", "working_hours")
#: The most days off beside public holidays.
MOST_DAYS_OFF: Final = 400

_known = Remembered[WorkingCalendar](SETTINGS)


def working_calendar() -> WorkingCalendar:
    """Give the hours in which the company works; Monday to Friday from 9 to 17 where nobody has said."""
    return _known.get(None, _read)


def _read() -> WorkingCalendar:
    kept = db.session.get(Setting, _KEY)
    if kept is None:
        return WorkingCalendar(dict(USUAL_HOURS), DEFAULT_ZONE, company().country)
    value: Mapping[str, Any] = kept.value
    return WorkingCalendar(
        {
            int(day): (time.fromisoformat(opens), time.fromisoformat(closes))
            for day, (opens, closes) in value["hours"].items()
        },
        value["zone"],
        value["country"],
        frozenset(date.fromisoformat(day) for day in value["days_off"]),
    )


def change_working_hours(actor: Actor, given: Mapping[str, str]) -> None:
    """Change when the company works.

    Args:
        actor: an administrator.
        given: what was typed: `opens_0` and `closes_0` for Monday and so on, empty for a day off; `country`, `zone`,
            and `days_off`, one day a line in ISO form.

    Raises:
        Problem: 404 for others, 422 with the bad fields.
    """
    require_administrator(actor)
    bad: dict[str, list[str]] = {}
    hours = {}
    for day in range(7):
        opens, closes = given.get(f"opens_{day}", "").strip(), given.get(f"closes_{day}", "").strip()
        try:
            if opens or closes:
                hours[day] = _span(opens, closes)
        except ValueError as error:
            bad[f"closes_{day}"] = [str(error)]
    if not hours and not bad:
        bad["closes_0"] = [_("Work on one day at least.")]
    values = {"hours": hours, "zone": given.get("zone", DEFAULT_ZONE), "country": given.get("country", "")}
    for name, check in (("zone", _check_zone), ("country", _check_country)):
        try:
            check(str(values[name]))
        except ValueError as error:
            bad[name] = [str(error)]
    try:
        values["days_off"] = _days(given.get("days_off", ""))
    except ValueError as error:
        bad["days_off"] = [str(error)]
    if bad:
        raise Problem("working.bad_hours", _("Some fields need another look."), fields=bad)
    _keep(values)


def _span(opens: str, closes: str) -> tuple[str, str]:
    try:
        first, last = time.fromisoformat(opens), time.fromisoformat(closes)
    except ValueError as error:
        raise ValueError(_("Write both times, as 09:00.")) from error
    if first >= last:
        raise ValueError(_("Work must end after it has begun."))
    return first.strftime("%H:%M"), last.strftime("%H:%M")


def _check_zone(zone: str) -> None:
    if zone not in time_zones():
        raise ValueError(_("This isn't a time zone."))


def _check_country(country: str) -> None:
    if country and country not in countries_with_holidays():
        raise ValueError(_("The holidays of this country aren't known."))


def _days(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_DAYS_OFF:
        raise ValueError(_("These are too many days."))
    days = []
    for line in lines:
        try:
            days.append(date.fromisoformat(line).isoformat())
        except ValueError as error:
            raise ValueError(_("“%(text)s” isn't a day like 2026-12-24.", text=line)) from error
    return sorted(set(days))


def _keep(values: Mapping[str, Any]) -> None:
    with write_unit() as session:
        kept = session.get(Setting, _KEY)
        if kept is None:
            plugin, scope, key = _KEY
            session.add(Setting(plugin=plugin, scope=scope, key=key, value=values))
        else:
            kept.value = values
