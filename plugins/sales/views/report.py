"""The sales report as a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from werkzeug.wrappers import Response

from pelatis.api import (
    audience,
    base_currency,
    current_actor,
    format_amount,
    format_number,
    format_percent,
    render,
    require,
)

from ..models import Opportunity
from ..periods import read_period
from ..queries.reports import REPORTS
from ..queries.reports.summary import sales_report
from . import blueprint

#: The height of the tallest bar, in units of the drawing.
TALLEST = 100
#: The width of a bar and of the gap after it.
BAR_WIDTH, GAP = 36, 12


@dataclass(frozen=True)
class Bar:
    """One bar of a chart, with what its row in the table says."""

    label: str
    value: str
    x: int
    y: int
    height: int
    is_highest: bool


@blueprint.get("/report")
@audience("staff")
def report_page() -> Response:
    """Show what was won and lost, how fast, and by whom."""
    actor = current_actor()
    require(actor, Opportunity, "view")
    report = sales_report(actor)
    return render(
        "sales/report.html",
        report=report,
        reports=[
            {"label": each.title, "url": f"/sales/reports/{key}"}
            for key, each in REPORTS.items()
            if each.may_read(actor)
        ],
        win_rate="–" if report.win_rate is None else format_percent(report.win_rate),
        mean="–" if report.cycle_days_mean is None else format_number(report.cycle_days_mean),
        median="–" if report.cycle_days_median is None else format_number(report.cycle_days_median),
        won_value=_money(report.won_value),
        quarters=bars_of(report.by_quarter),
        bar_width=BAR_WIDTH,
        chart_width=max(len(report.by_quarter) * (BAR_WIDTH + GAP) - GAP, 1),
        chart_height=TALLEST,
        owners=[(name, _money(value)) for name, value in report.by_owner.items()],
        teams=[(name, _money(value)) for name, value in report.by_team.items()],
    )


def _money(value: Decimal) -> str:
    return format_amount(value, base_currency(), whole=True)


def bars_of(values: Mapping[str, Decimal]) -> list[Bar]:
    """Lay out a bar for each value, the tallest `TALLEST` high."""
    highest = max(values.values(), default=Decimal(0))
    bars = []
    for index, (label, value) in enumerate(values.items()):
        height = int(value / highest * TALLEST) if highest else 0
        bars.append(
            Bar(
                read_period(label).short,
                _money(value),
                index * (BAR_WIDTH + GAP),
                TALLEST - height,
                height,
                value == highest and highest > 0,
            )
        )
    return bars
