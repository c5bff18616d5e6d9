"""Rows that are pasted from a spreadsheet: a product, its quantity, price and discount, parted by tabs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

#: What the cells after the first one are, in their order.
_CELLS: Final = ("quantity", "unit_price", "discount")
#: What stands around the digits of a number: currencies, percent signs, spaces.
_AROUND: Final = re.compile(r"[^\d.,+\-]")


@dataclass(frozen=True)
class PastedRow:
    """A row as it was pasted.

    Attributes:
        text: the whole row.
        product: the code or the name of the product.
        values: what it says beside, by the fields of a line; numbers with a decimal point.
        rest: cells past those that are known.
    """

    text: str
    product: str
    values: Mapping[str, str]
    rest: str = ""


def read_pasted(text: str) -> list[PastedRow]:
    """Read rows; empty ones are left out.

    Args:
        text: one row on a line, its cells parted by tabs, or by semicolons where there is no tab.
    """
    return [_row(line) for line in text.splitlines() if line.strip("\t ;")]


def _row(line: str) -> PastedRow:
    cells = [cell.strip().strip('"') for cell in line.split("\t" if "\t" in line else ";")]
    values = {name: _number(cell) for name, cell in zip(_CELLS, cells[1:], strict=False) if cell}
    return PastedRow(line.strip("\r\n"), cells[0], values, " ".join(filter(None, cells[1 + len(_CELLS) :])))


def _number(cell: str) -> str:
    """Write a number with a point for its decimals; of two different signs the last one parts them."""
    bare = _AROUND.sub("", cell)
    if "," in bare and "." in bare:
        thousands = "," if bare.rindex(".") > bare.rindex(",") else "."
        bare = bare.replace(thousands, "")
    return bare.replace(",", ".") or cell
