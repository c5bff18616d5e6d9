"""Charts drawn on the server: where each bar stands, for templates/sales/macros/charts.html.

A chart says nothing that the table beside it doesn't; its text alternative tells the same figures.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from pelatis.api import _, format_number

#: The drawing's size, in its own units.
WIDTH: Final = 620
HEIGHT: Final = 236
LEFT, RIGHT, TOP, BOTTOM = 60, 8, 26, 30
#: Which part of its column a bar takes, and how wide it is at most.
SHARE: Final = Decimal("0.53")
WIDEST: Final = 76
#: How many labels stand side by side at most, and how wide a letter is at most, on a phone too.
MOST_LABELS: Final = 5
LETTER: Final = Decimal("9.5")
#: How high a value is that stands over a column, with the room around it.
SAID: Final = Decimal(22)
#: How many lines stand behind the bars at most.
MOST_LINES: Final = 5
#: The values of columns are said in thousands from ten of them on.
THOUSAND: Final = Decimal(1_000)


@dataclass(frozen=True)
class Column:
    """One column of a chart, as its maker gives it.

    Attributes:
        label: what stands under it.
        values: the parts from bottom to top.
        mark: a line across it, such as a quota; None without one.
        is_now: whether it is the present one.
    """

    label: str
    values: Sequence[Decimal]
    mark: Decimal | None = None
    is_now: bool = False


@dataclass(frozen=True)
class Chart:
    """A drawn chart.

    Attributes:
        bars: each column with its drawn parts.
        lines: the lines behind the bars: place from the top, and label.
        legend: what each part is, from bottom to top; with a mark, that last.
        alternative: the figures in words.
        unit: what the values count: "EUR", "thousand EUR".
    """

    bars: Sequence[dict[str, Any]]
    lines: Sequence[tuple[float, str]]
    legend: Sequence[str]
    alternative: str
    unit: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


@dataclass(frozen=True)
class Bars:
    """Bars that lie below each other, each behind its name.

    Attributes:
        bars: each with its label, what is said behind it, its parts (place from the left and width, of 100) and the
            place of its mark.
        alternative: the figures in words.
    """

    bars: Sequence[dict[str, Any]]
    legend: Sequence[str]
    alternative: str


def draw_bars(
    columns: Sequence[Column], legend: Sequence[str], alternative: str, written: Callable[[Decimal], str]
) -> Bars:
    """Lay out columns as bars that lie, where their names are too long or too many to stand side by side.

    Args:
        columns: from top to bottom; parts below zero count as nothing.
        legend: what each part is.
        alternative: what the chart tells somebody who doesn't see it.
        written: how a value is said.
    """
    highest = _highest(columns) or Decimal(1)
    return Bars([_lying(column, 100 / highest, written) for column in columns], legend, alternative)


def _lying(column: Column, scale: Decimal, written: Callable[[Decimal], str]) -> dict[str, Any]:
    parts, reached = [], Decimal(0)
    for width in _heights(column):
        parts.append({"x": round(float(reached * scale), 2), "width": round(float(width * scale), 2)})
        reached += width
    mark = None if column.mark is None else round(float(column.mark * scale), 2)
    return {"label": column.label, "said": written(_total(column)), "parts": parts, "mark": mark}


def draw(columns: Sequence[Column], legend: Sequence[str], alternative: str, currency: str) -> Chart:
    """Lay out columns of stacked bars.

    Args:
        columns: from left to right; parts below zero count as nothing.
        legend: what each part is.
        alternative: what the chart tells somebody who doesn't see it.
        currency: of the values, ISO 4217.
    """
    highest = _highest(columns)
    in_thousands = highest >= 10 * THOUSAND

    def written(value: Decimal) -> str:
        return _in_few_signs(value / THOUSAND if in_thousands else value)

    step = step_for(highest)
    top = max(step * (highest / step).to_integral_value(ROUND_CEILING), step)
    scale = Decimal(HEIGHT - TOP - BOTTOM) / top
    lines = [(_y(step * number, scale), written(step * number)) for number in range(int(top / step) + 1)]
    room = Decimal(WIDTH - LEFT - RIGHT) / max(len(columns), 1)
    every = max(-(-len(columns) // MOST_LABELS), 1)
    bars = [
        _bar(column, LEFT + room * place, room, scale)
        | {"label": _label(column, room * every) if place % every == 0 else ""}
        | {"said": written(_total(column)) if _total(column) else ""}
        for place, column in enumerate(columns)
    ]
    unit = str(_("thousand %(currency)s", currency=currency)) if in_thousands else currency
    return Chart(bars, lines, legend, alternative, unit)


def _in_few_signs(value: Decimal) -> str:
    digit = Decimal(1) if value >= 10 or not value else Decimal("0.1")
    return str(format_number(value.quantize(digit).normalize() if digit < 1 else value.quantize(digit)))


def _total(column: Column) -> Decimal:
    return sum(_heights(column), Decimal(0))


def _label(column: Column, room: Decimal) -> str:
    """Cut a label to its room."""
    letters = int(room / LETTER)
    return column.label if len(column.label) <= letters else f"{column.label[: letters - 1]}…"


def _highest(columns: Sequence[Column]) -> Decimal:
    """Tell how far the highest column or mark reaches."""
    reached = [max(_total(column), column.mark or Decimal(0)) for column in columns]
    return max(reached, default=Decimal(0))


def _heights(column: Column) -> list[Decimal]:
    return [max(value, Decimal(0)) for value in column.values]


def step_for(highest: Decimal) -> Decimal:
    """Choose how far apart the lines stand: 1, 2 or 5 times a power of ten, so that there are few of them."""
    if highest <= 0:
        return Decimal(1)
    step = Decimal(10) ** (highest / MOST_LINES).adjusted()
    return next(step * times for times in (1, 2, 5, 10) if highest / (step * times) <= MOST_LINES)


def _y(value: Decimal, scale: Decimal) -> float:
    return round(float(HEIGHT - BOTTOM - value * scale), 2)


def _bar(column: Column, left: Decimal, room: Decimal, scale: Decimal) -> dict[str, Any]:
    width = min(room * SHARE, Decimal(WIDEST))
    x, reached = left + (room - width) / 2, Decimal(0)
    parts = []
    for height in _heights(column):
        reached += height
        parts.append({"y": _y(reached, scale), "height": round(float(height * scale), 2)})
    over = reached  # a value stands on its column, and above a mark that it would meet there
    if column.mark is not None and reached <= column.mark < reached + SAID / scale:
        over = column.mark
    return {
        "is_now": column.is_now,
        "x": round(float(x), 2),
        "width": round(float(width), 2),
        "middle": round(float(left + room / 2), 2),
        "parts": parts,
        "said_y": _y(over, scale) - 6,
        "mark": None if column.mark is None else _y(column.mark, scale),
    }
