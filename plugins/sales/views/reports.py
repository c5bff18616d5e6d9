"""The reports of sales as pages and as files."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from pelatis.api import (
    Customer,
    Filter,
    Problem,
    _,
    audience,
    base_currency,
    compile_filter,
    current_actor,
    db,
    filter_sentence,
    format_amount,
    format_compact,
    format_number,
    format_percent,
    fragment,
    not_found,
    parse_filter,
    render,
    require,
    send_table,
    today,
)
from plugins.catalog.api import Cost

from ..models import Invoice, Opportunity
from ..periods import quarter_of
from ..queries.reports import REPORTS, Report
from ..queries.reports.margins import margin_of_customer
from ..queries.reports.tables import Asked, Column, Table, ask, read_span
from ..records import OPPORTUNITIES
from . import blueprint, charts

#: How many bars a chart has at most; the table has them all.
MOST_BARS = 12


@blueprint.get("/reports/<name>")
@audience("staff")
def report_of(name: str) -> Response:
    """Show a report as a chart and a table."""
    report, asked = _asked(name)
    table = report.read(asked)
    drawn = [column for column in table.columns if column.is_drawn]
    mark = next((column for column in table.columns if column.is_mark), None)
    return render(
        "sales/reports.html",
        report=report,
        reports=[
            {"label": each.title, "url": _url(asked, key), "current": key == name}
            for key, each in REPORTS.items()
            if each.may_read(asked.actor)
        ],
        span=asked.span,
        spans=[(str(read_span(key)), _url(asked, name, period=key)) for key in _spans()],
        whose=_whose(asked),
        teams=_links(asked, name, "team", asked.staff.teams),
        people=_links(asked, name, "person", asked.staff.people),
        everybody_url=_url(asked, name, team=None, person=None),
        heads=table.columns,
        rows=[list(map(_written, table.columns, row)) for row in table.rows],
        figures=[{"label": label, "value": _said(value, kind)} for label, value, kind in table.figures],
        chart=_chart(table, drawn, mark) if table.rows else None,
        mark=mark,
        is_along_time=table.is_along_time,
        more=max(len(table.rows) - MOST_BARS, 0),
        note=table.note,
        narrowing=filter_sentence(
            asked.actor, OPPORTUNITIES, _filter(report), _arguments(asked), 0, f"/sales/reports/{name}"
        )
        if report.narrows
        else None,
        files=[(form.upper(), _url(asked, f"{name}/export", format=form)) for form in ("csv", "xlsx")],
    )


@blueprint.get("/reports/<name>/export")
@audience("staff", "token")
def report_file(name: str) -> Response:
    """Send a report as a file, `?format=csv|xlsx|jsonl`, with the page's own arguments."""
    require(current_actor(), Opportunity, "export")
    report, asked = _asked(name)
    table = report.read(asked)
    columns = [column.key for column in table.columns]
    return send_table(f"{name}-{asked.span.key}", columns, table.records(), request.args.get("format", "csv"))


def _asked(name: str) -> tuple[Report, Asked]:
    actor = current_actor()
    require(actor, Opportunity, "view")
    report = REPORTS.get(name)
    if report is None or not report.may_read(actor):
        raise not_found()
    team, person = (_id(key) for key in ("team", "person"))
    deals = compile_filter(actor, OPPORTUNITIES, _filter(report))
    return report, ask(actor, request.args.get("period", ""), team, person, deals)


def _filter(report: Report) -> Filter | None:
    """Read the filter of the deals; a report that isn't of deals alone has none."""
    return parse_filter(request.args.get("filter")) if report.narrows else None


def _id(key: str) -> UUID | None:
    text = request.args.get(key, "")
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Problem("sales.nobody", _("There is no such team or person."), status=400) from error


def _arguments(asked: Asked) -> dict[str, str]:
    """Give the arguments of the present URL."""
    told = {"period": asked.span.key, "team": asked.team, "person": asked.person, "filter": request.args.get("filter")}
    return {name: str(value) for name, value in told.items() if value}


def _url(asked: Asked, path: str, **changed: Any) -> str:
    arguments = _arguments(asked) | changed
    return f"/sales/reports/{path}?{urlencode({key: value for key, value in arguments.items() if value})}"


def _spans() -> Sequence[str]:
    """Name the periods that the page offers: what is usual, this quarter and those before it, this year, all time."""
    quarter = quarter_of(today())
    year = today().year
    return ("12m", quarter.key, quarter.previous.key, quarter.previous.previous.key, str(year), str(year - 1), "all")


def _links(asked: Asked, name: str, kind: str, named: Any) -> list[tuple[str, str]]:
    other = "person" if kind == "team" else "team"
    links = [(each[0], _url(asked, name, **{kind: key, other: None})) for key, each in named.items()]
    return sorted(links)


def _whose(asked: Asked) -> str:
    if asked.person is not None:
        return asked.staff.name_of(asked.person)
    return asked.staff.teams[asked.team][0] if asked.team is not None else str(_("Everybody"))


def _written(column: Column, value: Any) -> str:
    return _said(value, column.kind)


def _said(value: Any, kind: str) -> str:
    if value is None:
        return "–"
    if kind == "money":
        return str(format_amount(value, base_currency(), whole=True))
    if kind in ("percent", "change"):
        return ("+" if kind == "change" and value > 0 else "") + format_percent(value)
    return format_number(value) if isinstance(value, int | Decimal) else str(value)


def _chart(table: Table, drawn: Sequence[Column], mark: Column | None) -> charts.Chart | charts.Bars:
    """Draw the last periods as columns, and of anything else the first rows as bars that lie."""
    rows = table.rows[-MOST_BARS:] if table.is_along_time else table.rows[:MOST_BARS]
    places = {column.key: place for place, column in enumerate(table.columns)}

    def value(row: Sequence[Any], column: Column) -> Decimal:
        return Decimal(row[places[column.key]] or 0)

    columns = [
        charts.Column(
            str(row[0]),
            [value(row, column) for column in drawn],
            value(row, mark) if mark is not None else None,
        )
        for row in rows
    ]
    shown = [column for column in (*drawn, mark) if column is not None]
    lines = [
        f"{row[0]}: " + ", ".join(f"{column.label} {_written(column, row[places[column.key]])}" for column in shown)
        for row in rows
    ]
    legend, alternative = [str(column.label) for column in drawn], ". ".join(lines)
    if table.is_along_time:
        return charts.draw(columns, legend, alternative, base_currency())
    return charts.draw_bars(columns, legend, alternative, _short)


def _short(value: Decimal) -> str:
    """Write a value of the chart in few signs: 1,234 or 57K."""
    if value >= 10_000:
        return str(format_compact(value))
    return str(format_number(value.quantize(Decimal(1)) if value >= 10 else value.quantize(Decimal("0.1")).normalize()))


@blueprint.get("/customers/<uuid:customer_id>/margin")
@audience("staff")
def margin_of(customer_id: UUID) -> Response:
    """Tell beside a customer what was invoiced to them in a year, and what of it remains."""
    actor = current_actor()
    customer = db.session.get(Customer, customer_id)
    if customer is None:
        raise not_found()
    for needed, record in ((Customer, customer), (Invoice, None), (Cost, None)):
        require(actor, needed, "view", record)
    margin = margin_of_customer(actor, customer_id)
    if margin is None:
        return fragment("sales/panels/margin.html", margin=None)
    remains, percent = _said(margin.margin, "money"), _said(margin.percent, "percent")
    part = _("of %(amount)s whose cost is known", amount=_said(margin.known, "money"))
    return fragment(
        "sales/panels/margin.html",
        margin=margin,
        revenue=_said(margin.revenue, "money"),
        remains=remains if margin.percent is None else f"{remains} · {percent}",
        part="" if margin.known == margin.revenue else part,
    )
