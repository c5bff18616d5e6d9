"""Writing customers as vCards of version 3.0, which every phone and mail program reads (RFC 2426)."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from core.i18n import _
from core.problems import Problem
from core.records.untrusted import as_id

#: What a row must hold for a card to be made of it; customers' exports do.
NEEDED: Final = frozenset({"kind", "name", "given_name", "family_name", "parent", "email", "phone", "street", "note"})


def write_cards(names: Sequence[str], rows: Iterable[Mapping[str, Any]], target: Path) -> int:
    """Write a card for each row of customers.

    Args:
        names: the columns.
        rows: for each its value of every column.
        target: the file; it is replaced.

    Returns:
        How many cards were written.

    Raises:
        Problem: 422 where the rows are no customers.
    """
    if not set(names) >= NEEDED:
        raise Problem("exports.no_cards", _("Only customers are written as vCards."))
    count = 0
    with target.open("w", encoding="utf-8", newline="") as stream:
        for row in rows:
            stream.write(_card(row))
            count += 1
    return count


def _card(row: Mapping[str, Any]) -> str:
    import vobject  # only exports of cards need it

    card, is_person = vobject.vCard(), row["kind"] == "person"
    parts = {"given": row["given_name"] or "", "family": row["family_name"] or ""} if is_person else {}
    card.add("n").value = vobject.vcard.Name(**parts)
    card.add("fn").value = row["name"]
    company = row["parent"] if is_person else row["name"]
    if company and as_id(company) is None:  # one that shares its name with another is told by its id
        card.add("org").value = [company]
    if not is_person:
        card.add("x-abshowas").value = "COMPANY"
    for name, value in _lines(row):
        card.add(name).value = value
    if row["street"] or row["postcode"] or row["city"] or row["country"]:
        place = {"street": row["street"], "code": row["postcode"], "city": row["city"], "country": row["country"]}
        card.add("adr").value = vobject.vcard.Address(**{part: each or "" for part, each in place.items()})
    return str(card.serialize())


def _lines(row: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Give the plain properties that a customer has."""
    given = {
        "uid": f"urn:uuid:{row['id']}",
        "email": row["email"],
        "tel": row["phone"],
        "url": row["website"],
        "categories": row["tags"],
        "note": row["note"],
    }
    return [(name, value) for name, value in given.items() if value]
