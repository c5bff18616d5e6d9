"""The forecast as a page and as a file, and adjusting it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from pelatis.api import (
    Actor,
    Problem,
    User,
    _,
    audience,
    base_currency,
    current_actor,
    db,
    format_amount,
    format_day,
    format_number,
    format_percent,
    fragment,
    initials,
    load_values,
    may,
    ngettext,
    not_found,
    redirect_or_refresh,
    render,
    require,
    send_table,
    submitted,
    titles,
    toast,
    today,
    tone_of,
)
from plugins.catalog.api import rounded

from ..models import Adjustment, Opportunity, Target
from ..operations.targets import create_adjustment
from ..periods import Period, quarter_of, read_period
from ..queries.forecast import Forecast, Line, Month, adjustments_of, read_forecast
from ..queries.reports import tables as reports
from ..queries.reports.conversion import conversion
from ..queries.reports.losses import usual_reason
from ..queries.reports.tables import ask
from ..records import ADJUSTMENTS, OPPORTUNITIES
from . import blueprint
from .charts import Chart, Column, draw

#: From which part of the quota on, in percent, the meter isn't amber.
ON_THE_WAY = 65


@dataclass(frozen=True)
class Asked:
    """Which forecast the URL asks for; every link on the page carries it on."""

    period: Period
    team: UUID | None
    by_team: bool
    product: UUID | None = None

    def url(self, path: str = "/sales/forecast", **changed: Any) -> str:
        """Give the URL of this forecast, with something else about it."""
        arguments = self.arguments | changed
        return f"{path}?{urlencode({key: value for key, value in arguments.items() if value})}"

    @property
    def arguments(self) -> dict[str, Any]:
        """What the URL says of this forecast."""
        by = "team" if self.by_team else None
        return {"period": self.period.key, "team": self.team, "by": by, "product": self.product}

    def team_url(self, team: UUID | None) -> str:
        """Give the URL of another team's forecast."""
        return self.url(team=team)


def _asked() -> Asked:
    text = request.args.get("period", "")
    period = read_period(text) if text else quarter_of(today())
    return Asked(period, _id_of("team"), request.args.get("by") == "team", _id_of("product"))


def _id_of(name: str) -> UUID | None:
    text = request.args.get(name, "")
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise not_found() from error


def _read(actor: Actor, asked: Asked) -> Forecast:
    require(actor, Opportunity, "view")
    found = read_forecast(actor, asked.period, asked.team, by_team=asked.by_team, product=asked.product)
    if asked.team is not None and asked.team not in found.staff.teams:
        raise not_found()
    return found


def _product_name(actor: Actor, asked: Asked) -> str:
    """Name the product of which alone the forecast is; empty for everything."""
    if asked.product is None:
        return ""
    names = titles(actor, "catalog.product", [asked.product])
    if asked.product not in names:
        raise not_found()
    return names[asked.product]


@blueprint.get("/forecast")
@audience("staff")
def forecast_page() -> Response:
    """Show the forecast of a period: quota, certainty, adjustments, by month and by person or team."""
    actor, asked = current_actor(), _asked()
    found, product = _read(actor, asked), _product_name(actor, asked)
    period, total = found.period, found.total
    return render(
        "sales/forecast.html",
        asked=asked,
        period=period,
        team_name=found.staff.teams[asked.team][0] if asked.team else _("All teams"),
        teams=sorted(((key, name) for key, (name, _parent) in found.staff.teams.items()), key=lambda each: each[1]),
        product_name=product,
        other_length=period.other_length,
        figures=_figures(found),
        chart=_chart(found.months),
        lines=[_row(actor, asked, line) for line in found.lines],
        total=_row(actor, asked, total),
        total_name=ngettext("All together, %(num)s line", "All together, %(num)s lines", len(found.lines)),
        compared=_compared(found),
        currency=base_currency(),
        may_set=may(actor, Target, "create"),
    )


@blueprint.get("/forecast/conversion")
@audience("staff")
def forecast_conversion() -> Response:
    """Tell beside the forecast how many of 100 deals that ended in a year reached each stage."""
    actor = current_actor()
    require(actor, Opportunity, "view")
    question = ask(actor, team=_asked().team)
    table = conversion(question)
    steps = [
        {"name": name, "percent": int(percent.to_integral_value()), "days": _days(days)}
        for name, _reached, percent, days in table.rows
        if percent is not None
    ]
    if steps:
        steps[-1]["days"] = _days_in_all([row[-1] for row in table.rows if row[-1] is not None])
    deals = table.rows[0][1] if steps else 0
    note = " ".join(filter(None, (table.note, _why_lost(question) if steps else "")))
    return fragment("sales/panels/conversion.html", steps=steps, deals=deals, note=note)


def _why_lost(question: reports.Asked) -> str:
    usual = usual_reason(question)
    if usual is None:
        return ""
    reason, percent = usual
    words = {"reason": reason, "percent": format_percent(percent.quantize(Decimal(1)))}
    return str(_("Usual reason: %(reason)s, %(percent)s of all lost.", **words))


def _days(days: Decimal | None) -> str:
    if days is None:
        return ""
    whole = int(days.to_integral_value())
    return ngettext("%(num)s day", "%(num)s days", whole)


def _days_in_all(stays: Sequence[Decimal]) -> str:
    """Tell how long deals stay in all stages together; nothing where no stay is known."""
    whole = int(sum(stays, Decimal(0)).to_integral_value())
    return ngettext("%(num)s day in all", "%(num)s days in all", whole) if stays else ""


def _money(value: Decimal | None) -> str:
    return "–" if value is None else format_amount(value, base_currency(), whole=True)


def _plain(value: Decimal | None) -> str:
    """Write an amount of a table, whose head tells the currency."""
    return "–" if value is None else format_number(value.quantize(Decimal(1)))


def _figures(found: Forecast) -> list[dict[str, Any]]:
    total = found.total
    won = total.now.won
    share = f"{format_percent((won * 100 / total.quota).quantize(Decimal(1)))}" if total.quota else ""
    return [
        {"label": _("Quota"), "value": _money(total.quota), "below": _whose_quota(found)},
        {"label": _("Won so far"), "value": _money(won), "note": share, "below": _of_it_this_month(found)},
        {
            "label": _("Commit"), "value": _money(total.now.sure), "note": _("won and commit"),
            "below": _change(total.change, found),
        },
        {"label": _("Gap to quota"), "value": _gap(total), "below": _what_closes_it(total)},
    ]  # fmt: skip


def _whose_quota(found: Forecast) -> str:
    if found.total.quota is None:
        return str(_("no target for this period yet"))
    people = sum(line.quota is not None for line in found.lines)
    return str(ngettext("%(num)s target", "%(num)s targets", people)) if people else str(_("for all together"))


def _of_it_this_month(found: Forecast) -> str:
    this = next((month for month in found.months if today() in month.period and today() in found.period), None)
    if this is None or found.period.months == 1:
        return ""
    return str(_("%(amount)s of it in %(month)s", amount=_money(this.now.won), month=_name(this.period)))


def _name(month: Period) -> str:
    said: str = format_day(month.begins_on, "LLLL")
    return said


def _change(change: Decimal | None, found: Forecast) -> str:
    if change is None:
        return str(_("no snapshot of last week"))
    day = format_day(found.compared_with)
    if not change:
        return str(_("as on %(day)s", day=day))
    words = {"amount": _money(abs(change)), "day": day}
    return str(_("up %(amount)s since %(day)s", **words) if change > 0 else _("down %(amount)s since %(day)s", **words))


def _gap(total: Line) -> str:
    return "–" if total.gap is None else _money(max(total.gap, Decimal(0)))


def _what_closes_it(total: Line) -> str:
    if total.quota is None or total.gap is None:
        return ""
    if total.gap <= 0:
        return str(_("passed by %(amount)s", amount=_money(-total.gap)))
    if total.now.best >= total.quota:
        return str(_("best case would close it"))
    return str(_("best case leaves %(amount)s", amount=_money(total.quota - total.now.best)))


def _compared(found: Forecast) -> str:
    """Say with which day it is compared, and that it isn't the one that was wanted."""
    day = found.compared_with
    if day is None or day == today() - timedelta(days=7):
        return ""
    return str(_("Compared with %(day)s: there is no snapshot of the day a week ago.", day=format_day(day)))


# The chart


def _chart(months: Sequence[Month]) -> Chart:
    columns = [
        Column(
            _name(month.period).capitalize(),
            (month.now.won, month.now.commit, month.now.best_case),
            month.quota,
            is_now=today() in month.period,
        )
        for month in months
    ]
    return draw(
        columns, [_("Won value"), _("Commit"), _("Best case")], " ".join(map(_in_words, months)), base_currency()
    )


def _in_words(month: Month) -> str:
    words = {
        "month": _name(month.period).capitalize(), "won": _money(month.now.won), "commit": _money(month.now.commit),
        "best": _money(month.now.best_case), "quota": _money(month.quota),
    }  # fmt: skip
    return str(_("%(month)s: won %(won)s, commit %(commit)s, best case %(best)s, quota %(quota)s.", **words))


# The table


def _row(actor: Actor, asked: Asked, line: Line) -> dict[str, Any]:
    percent = None if line.of_quota is None else line.of_quota.quantize(Decimal(1))
    is_person = line.id is not None and not line.is_team
    is_adjustable = is_person and asked.product is None
    return {
        "name": line.name,
        "url": asked.team_url(line.id) if line.is_team else None,
        "initials": initials(line.name) if is_person else "",
        "tone": tone_of(line.id),
        "quota": _plain(line.quota),
        "cells": [_cell(asked, line, category) for category in ("won", "commit", "best_case", "pipeline")],
        "weighted": _plain(line.now.weighted),
        "adjustment": _signed(line.adjustment),
        "adjust_url": _adjust_url(asked, line) if is_adjustable and _may_see_adjustments(actor, line) else None,
        "forecast": _plain(line.forecast),
        "percent": None if percent is None else int(percent),
        "of_quota": "–" if percent is None else format_percent(percent),
        "tone_of_meter": "" if percent is None or percent >= ON_THE_WAY else "amber",
    }


def _may_see_adjustments(actor: Actor, line: Line) -> bool:
    return bool(line.adjustment and may(actor, Adjustment, "view")) or may(actor, Adjustment, "create")


def _signed(value: Decimal) -> str:
    if not value:
        return "–"
    return f"+{_plain(value)}" if value > 0 else f"−{_plain(-value)}"


def _adjust_url(asked: Asked, line: Line) -> str:
    return f"/sales/forecast/adjustment?{urlencode({'person': line.id, 'period': asked.period.key})}"


def _cell(asked: Asked, line: Line, category: str) -> dict[str, str | None]:
    """Give an amount, and the list of the deals that it is made of where that is one person's."""
    amount = getattr(line.now, category)
    is_person = line.id is not None and not line.is_team
    return {
        "text": _plain(amount),
        "url": _deals_url(asked, line.id, category) if is_person and amount else None,
    }


def _deals_url(asked: Asked, person: UUID | None, category: str) -> str:
    """Give the list of somebody's deals of a category in a period."""
    day, period = "closed_on" if category == "won" else "expected_close_on", asked.period
    last = period.ends_before - timedelta(days=1)
    clauses: list[Mapping[str, Any]] = [
        {"field": "owner", "op": "is", "value": str(person)},
        {"field": day, "op": "between", "value": [period.begins_on.isoformat(), last.isoformat()]},
        {"field": "stage.kind", "op": "is", "value": "won" if category == "won" else "open"},
    ]
    if asked.product is not None:
        clauses.append({"field": "product", "op": "is", "value": str(asked.product)})
    if category != "won":
        inherited = [
            {"field": "forecast_category", "op": "empty"},
            {"field": "stage.forecast_category", "op": "is", "value": category},
        ]
        own = {"field": "forecast_category", "op": "is", "value": category}
        clauses.append({"or": [own, {"and": inherited}]})
    return f"{OPPORTUNITIES.url}?{urlencode({'filter': json.dumps({'and': clauses})})}"


# The file


@blueprint.get("/forecast/export")
@audience("staff", "token")
def forecast_file() -> Response:
    """Send the forecast as a file, `?format=csv|xlsx|jsonl`, with the page's own arguments."""
    actor, asked = current_actor(), _asked()
    require(actor, Opportunity, "export")
    found, _product = _read(actor, asked), _product_name(actor, asked)
    rows = [_file_row(line) for line in found.lines]
    return send_table(f"forecast-{asked.period.key}", list(_FILE_HEADS), rows, request.args.get("format", "csv"))


#: What the file's columns are called, and where they come from.
_FILE_HEADS: Mapping[str, Any] = {
    "name": lambda line: line.name,
    "is_team": lambda line: line.is_team,
    "quota": lambda line: line.quota,
    "won": lambda line: line.now.won,
    "commit": lambda line: line.now.commit,
    "best_case": lambda line: line.now.best_case,
    "pipeline": lambda line: line.now.pipeline,
    "weighted": lambda line: line.now.weighted,
    "adjustment": lambda line: line.adjustment,
    "forecast": lambda line: line.forecast,
    "won_and_commit_last_week": lambda line: line.before,
    "currency": lambda _line: base_currency(),
}


def _file_row(line: Line) -> dict[str, Any]:
    values = {name: read(line) for name, read in _FILE_HEADS.items()}
    currency = base_currency()
    return {name: rounded(one, currency) if isinstance(one, Decimal) else one for name, one in values.items()}


# Adjusting


@blueprint.get("/forecast/adjustment")
@audience("staff")
def adjustment_page() -> Response:
    """Show why somebody's forecast is adjusted, what it was before, and the form for another adjustment."""
    return _adjustment_dialog(current_actor(), {})


@blueprint.post("/forecast/adjustment")
@audience("staff")
def adjust() -> Response:
    """Adjust somebody's forecast."""
    actor = current_actor()
    require(actor, Adjustment, "create")
    try:
        create_adjustment(actor, load_values(ADJUSTMENTS, submitted(ADJUSTMENTS, request.form)))
    except Problem as problem:
        if problem.status != 422 or not problem.fields:
            raise
        return _adjustment_dialog(actor, problem.fields)
    toast(_("The forecast is adjusted. No deal was changed."))
    return redirect_or_refresh(f"/sales/forecast?{urlencode({'period': request.form['period']})}")


def _adjustment_dialog(actor: Actor, errors: Mapping[str, Sequence[str]]) -> Response:
    require(actor, Adjustment, "view")
    period = read_period(request.values.get("period", ""))
    person = _person()
    return fragment(
        "sales/panels/adjustment.html",
        422 if errors else 200,
        period=period,
        person=person,
        history=adjustments_of(actor, person.id, period),
        may_adjust=may(actor, Adjustment, "create"),
        errors=errors,
        values=request.form,
        currency=base_currency(),
        signed=_signed,
    )


def _person() -> User:
    try:
        person = db.session.get(User, UUID(request.values.get("person", "")))
    except ValueError as error:
        raise not_found() from error
    if person is None:
        raise not_found()
    return person
