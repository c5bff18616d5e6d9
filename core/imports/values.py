"""Reading days, moments and numbers as people and programs write them."""

import json
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

DAY: Final = re.compile(r"(\d{1,4})[./\- ](\d{1,2})[./\- ](\d{1,4})(?:[T,; ]+(\S.*))?")
CLOCK: Final = re.compile(
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\.?|[πμ]\.?μ\.?)?", re.IGNORECASE
)
#: A day as Excel counts it, from 1954 to 2119, when a cell's format was lost; and what day 0 is.
SERIAL: Final = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
EXCEL_BEGINS: Final = date(1899, 12, 30)
#: How programs write that there is no day.
NO_DAY: Final = re.compile(r"0{1,4}[./\-]0{1,2}[./\-]0{1,4}.*")

#: What may stand around a number.
CURRENCY: Final = re.compile(r"^(?:[€$£¥]|zł|[A-Z]{3})\s*|\s*(?:[€$£¥%]|zł|[A-Z]{3})$")
GROUPED: Final = re.compile(r"[-+]?\d{1,3}(?:([ '’.,])\d{3})*(?:[.,]\d+)?|[-+]?\d*[.,]?\d+|[-+]?\d+[.,]")


def read_day(text: str, order: str) -> str:
    """Write a day of a file in ISO form; what can't be read is given back as it is, what means none as nothing.

    Args:
        text: the cell; Excel's count of days is understood.
        order: `dmy` or `mdy`, for days that don't begin with the year.
    """
    stripped = text.strip()
    if NO_DAY.fullmatch(stripped):
        return ""
    if SERIAL.fullmatch(stripped):
        return (EXCEL_BEGINS + timedelta(days=int(float(stripped)))).isoformat()
    found = DAY.fullmatch(stripped)
    return (_iso(found, order) or text) if found else text


def _iso(found: re.Match[str], order: str) -> str | None:
    parts = [int(found[1]), int(found[2]), int(found[3])]
    if len(found[1]) == 4:
        year, month, day = parts
    else:
        day, month, year = parts if order == "dmy" else (parts[1], parts[0], parts[2])
        if len(found[3]) <= 2:
            year += 2000 if year < 70 else 1900
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def read_moment(text: str, order: str) -> str:
    """Write a moment of a file in ISO form: `3/15/2024 2:30 PM`; a day alone is its midnight.

    Args:
        text: the cell; one that can't be read is given back as it is.
        order: `dmy` or `mdy`, for days that don't begin with the year.
    """
    stripped = text.strip()
    try:
        return datetime.fromisoformat(stripped).isoformat()
    except ValueError:
        pass
    found = DAY.fullmatch(stripped)
    day = read_day(stripped, order)
    if found is None or not found[4]:
        return f"{day}T00:00:00" if day != stripped and day else day
    clock = CLOCK.fullmatch(found[4].strip())
    if clock is None or _iso(found, order) is None:
        return text
    hour, half = int(clock[1]), (clock[4] or "").lower()
    if half:
        hour = hour % 12 + (12 if half[0] in "pμ" else 0)
    return f"{day[:10]}T{hour:02}:{clock[2]}:{clock[3] or '00'}"


def decimal_style(values: Iterable[str]) -> str:
    """Tell which sign stands before the decimals of a column of numbers: `,`, `.` or nothing when they don't tell.

    `1.240,50` and `12,5` tell; `1.240` doesn't.
    """
    told = {_told(_bare(value)[0]) for value in values} - {""}
    return told.pop() if len(told) == 1 else ""


def _told(text: str) -> str:
    if not GROUPED.fullmatch(text):
        return ""
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        return "," if comma > point else "."
    sign = "," if comma >= 0 else "." if point >= 0 else ""
    if not sign:
        return ""
    if text.count(sign) > 1:
        return "." if sign == "," else ","
    return sign if len(text) - text.rfind(sign) - 1 != 3 else ""


def read_number(text: str, decimal: str = "") -> str:
    """Write a number of a file with a point before its decimals, without anything between its thousands.

    Args:
        text: the cell: `1.240,50`, `1,240.50`, `€ 12`, `12 PLN`, `(5)`; what isn't a number is given back as it is.
        decimal: `,` or `.` when it is known; otherwise each number tells for itself, and three digits behind a single
            comma are thousands, behind a single point decimals.
    """
    bare, negative = _bare(text)
    if not GROUPED.fullmatch(bare):
        return text
    sign = decimal or _told(bare) or "."
    other = "." if sign == "," else ","
    kept = re.sub(r"[ '’]", "", bare).replace(other, "").replace(sign, ".")
    try:
        value = Decimal(kept)
    except InvalidOperation:
        return text
    return f"{-value if negative else value:f}"


def _bare(text: str) -> tuple[str, bool]:
    """Take currency, spare blanks and the brackets of a negative number away."""
    kept = re.sub(r"[\s\u00a0\u202f]+", " ", text).strip().replace("−", "-")
    negative = kept.startswith("(") and kept.endswith(")")
    kept = CURRENCY.sub("", kept.strip("()") if negative else kept).strip()
    kept = re.sub(r"^([-+]) ?(?:[€$£¥]|zł|[A-Z]{3}) ?", r"\1", kept)
    if kept.endswith("-"):
        kept = f"-{kept[:-1]}"
    return re.sub(r"^([-+]) ", r"\1", kept), negative


def read_words(text: str) -> list[str]:
    """Read a list of words: with commas or semicolons between them, or as JSON where a word has such a sign itself."""
    if text.startswith('["') and text.endswith('"]'):
        try:
            return [str(word) for word in json.loads(text)]
        except ValueError:
            pass
    return [word.strip() for word in text.replace(";", ",").split(",") if word.strip()]
