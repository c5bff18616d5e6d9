"""Reading vCards (versions 2.1, 3.0 and 4.0) as rows: each card is a row, its properties are cells.

Sources: RFC 6350 (4.0), RFC 2426 (3.0), and the vCard 2.1 of the Versit Consortium, which quotes letters as printable
ones; phones and Outlook still write it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from core.i18n import _

#: The headings of the columns, by the names that customers' fields have.
COLUMNS: Final = (
    "kind", "name", "given_name", "family_name", "parent", "email", "phone", "website", "street", "postcode", "city",
    "country", "tags", "note",
)  # fmt: skip
#: Letters of one card; what is longer holds pictures.
LONGEST_CARD: Final = 8_000_000
#: Properties that hold pictures, sounds and keys: nothing of ours, and most of a card's letters.
HEAVY: Final = re.compile(r"(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:]", re.IGNORECASE)
BEGINS: Final = re.compile(r"\s*BEGIN\s*:\s*VCARD\s*", re.IGNORECASE)
ENDS: Final = re.compile(r"\s*END\s*:\s*VCARD\s*", re.IGNORECASE)


def read_cards(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, str], str]]:
    """Read the cards of a file.

    Args:
        lines: its lines.

    Returns:
        For each card the line that it begins in, its cells by `COLUMNS`, and why it can't be read; empty when it can.
    """
    begun, card, letters = 0, list[str](), 0
    for number, line in enumerate(lines, 1):
        if BEGINS.fullmatch(line):
            if begun:
                yield begun, _cells_of_damaged(card), _("This card doesn't end.")
            begun, card, letters = number, [], 0
        if begun and letters < LONGEST_CARD:
            card.append(line)
            letters += len(line)
        if begun and ENDS.fullmatch(line):
            yield _read(begun, [*card[:-1], "END:VCARD\n"])
            begun = 0
    if begun:
        yield begun, _cells_of_damaged(card), _("This card doesn't end.")


def _cells_of_damaged(card: Iterable[str]) -> dict[str, str]:
    return {"": "".join(card)[:1_000]}


def _read(begun: int, card: list[str]) -> tuple[int, dict[str, str], str]:
    import vobject  # loaded when somebody brings cards, which is rare

    text = "".join(_light(card))
    try:
        read = next(vobject.readComponents(text, allowQP=True))
        return begun, _cells(read.contents), ""
    except (vobject.base.VObjectError, StopIteration, ValueError, LookupError):
        return begun, _cells_of_damaged(card), _("This card can't be read.")


def _light(card: Iterable[str]) -> Iterator[str]:
    """Leave pictures out, with the lines that they go on in."""
    is_heavy = False
    for line in card:
        goes_on = line[:1] in (" ", "\t") or not line.strip()
        is_heavy = (is_heavy and (goes_on or ":" not in line)) or HEAVY.match(line) is not None
        if not is_heavy and line.strip():
            yield line


def _cells(contents: dict[str, list[Any]]) -> dict[str, str]:
    name, company = _first(contents, "n"), _company(contents)
    given, family = _word(getattr(name, "given", "")), _word(getattr(name, "family", ""))
    called = _word(_first(contents, "fn")) or " ".join(filter(None, (given, family))) or company
    is_person = bool(given or family) and not _is_company(contents)
    address = _preferred(contents, "adr")
    return {
        "kind": "person" if is_person else "organisation",
        "name": called,
        "given_name": given if is_person else "",
        "family_name": family if is_person else "",
        "parent": company if is_person and company != called else "",
        "email": _word(_preferred(contents, "email")).removeprefix("mailto:"),
        "phone": _word(_preferred(contents, "tel")).removeprefix("tel:"),
        "website": _word(_preferred(contents, "url")),
        "street": _word([getattr(address, "street", ""), getattr(address, "extended", "")]),
        "postcode": _word(getattr(address, "code", "")),
        "city": _word(getattr(address, "city", "")),
        "country": _word(getattr(address, "country", "")),
        "tags": ", ".join(_word(each) for each in _first(contents, "categories") or ()),
        "note": str(_first(contents, "note") or "").replace("\\n", "\n").strip(),
    }


def _is_company(contents: dict[str, list[Any]]) -> bool:
    """Tell a company's card by its kind, or as Apple's address book marks it."""
    told = (_first(contents, "kind"), _first(contents, "x-addressbookserver-kind"), _first(contents, "x-abshowas"))
    return any(str(each or "").casefold() in ("org", "company") for each in told)


def _company(contents: dict[str, list[Any]]) -> str:
    company = _first(contents, "org")
    return _word(company[:1] if isinstance(company, list) else company)


def _first(contents: dict[str, list[Any]], name: str) -> Any:
    return contents[name][0].value if name in contents else None


def _preferred(contents: dict[str, list[Any]], name: str) -> Any:
    """Give the value that is marked as preferred, otherwise the first; a fax only where there is nothing else."""
    ranked = sorted(contents.get(name, ()), key=_rank)
    return ranked[0].value if ranked else None


def _rank(line: Any) -> tuple[bool, int]:
    """Say how late a value comes: version 4.0 numbers what is preferred from 1 to 100, the others mark it."""
    said = {str(word).casefold() for word in (*line.singletonparams, *line.params.get("TYPE", ()))}
    place = str(line.params.get("PREF", ["1" if "pref" in said else "101"])[0])
    return "fax" in said, int(place) if place.isdecimal() else 101


def _word(value: Any) -> str:
    """Write a part of a property in one line; some are lists of several."""
    parts = value if isinstance(value, list | tuple) else [value]
    return " ".join(" ".join(_word(part) if isinstance(part, list) else str(part or "") for part in parts).split())
