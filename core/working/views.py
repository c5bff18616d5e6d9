"""The page of the company's working hours."""

from collections.abc import Mapping
from datetime import date, timedelta

from babel.dates import get_day_names
from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from core.access import current_actor, require_administrator
from core.customers.countries import country_names
from core.i18n import _, format_day, get_language, today
from core.problems import Problem
from core.web.audience import audience
from core.web.render import redirect_or_refresh, render, toast
from core.working.calendar import WorkingCalendar, countries_with_holidays
from core.working.settings import change_working_hours, working_calendar

blueprint = Blueprint("working", __name__, url_prefix="/admin/working-hours")

#: How many of the next days off are shown.
NEXT_DAYS_OFF = 5


@blueprint.get("")
@audience("staff")
def hours_page() -> Response:
    """Show when the company works."""
    require_administrator(current_actor())
    return _page(_shown(working_calendar()))


@blueprint.post("")
@audience("staff")
def save_hours() -> WerkzeugResponse:
    """Save when the company works."""
    try:
        change_working_hours(current_actor(), request.form)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _page(request.form, problem)
    toast(_("Saved."))
    return redirect_or_refresh("/admin/working-hours")


def _page(values: Mapping[str, str], problem: Problem | None = None) -> Response:
    known = countries_with_holidays()
    return render(
        "working/hours.html",
        422 if problem else 200,
        values=values,
        errors=problem.fields if problem else {},
        weekdays=sorted(get_day_names("wide", locale=get_language()).items()),
        countries=[(code, name) for code, name in country_names().items() if code in known],
        holidays=_next_holidays(working_calendar()),
    )


def _shown(calendar: WorkingCalendar) -> dict[str, str]:
    values = {"zone": calendar.zone, "country": calendar.country}
    values["days_off"] = "\n".join(sorted(day.isoformat() for day in calendar.days_off))
    for day, (opens, closes) in calendar.hours.items():
        values |= {f"opens_{day}": opens.strftime("%H:%M"), f"closes_{day}": closes.strftime("%H:%M")}
    return values


def _next_holidays(calendar: WorkingCalendar) -> list[tuple[str, str]]:
    first: date = today()
    days = [first + timedelta(days=number) for number in range(366)]
    named = [(format_day(day), calendar.holiday(day)) for day in days if calendar.holiday(day)]
    return named[:NEXT_DAYS_OFF]
