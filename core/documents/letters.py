"""The ordinary letter: what it is made of, and how it gets on paper."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from core.customers.countries import country_name
from core.customers.tax import written_tax_number
from core.documents.rendering import HERE, render_pdf
from core.i18n import _, in_language
from core.users.company import Company, Logo, company, company_logo

ORDINARY: Final = HERE / "letter.typ"


@dataclass(frozen=True)
class LetterColumn:
    """A column of a letter's table.

    Attributes:
        title: stands above it on every page.
        numeric: whether it is set to the right.
        wide: whether it takes what room the others leave; the notes of lines stand in it.
    """

    title: str
    numeric: bool = False
    wide: bool = False


@dataclass(frozen=True)
class LetterLine:
    """A line of a letter's table.

    Attributes:
        cells: one text for each column, ready to print; of a heading one alone.
        note: stands small under the first cell.
        heading: whether it says what holds for the lines below it.
    """

    cells: Sequence[str]
    note: str = ""
    heading: bool = False


@dataclass(frozen=True)
class LetterTotal:
    """A sum below a table.

    Attributes:
        label: what it is the sum of.
        amount: ready to print.
        strong: whether it is the one that counts.
    """

    label: str
    amount: str
    strong: bool = False


@dataclass(frozen=True)
class LetterPart:
    """A table of a letter, with what it comes to. Alternatives of a quote are parts of their own.

    Attributes:
        columns: one of them is wide.
        rows: its lines.
        title: stands above it.
        tax_columns: the heads of the summary of taxes.
        taxes: its rows, each a text for each head; the first is set to the left, the others to the right.
        totals: what is summed up; they stay on one page, beside the taxes.
    """

    columns: Sequence[LetterColumn] = ()
    rows: Sequence[LetterLine] = ()
    title: str = ""
    tax_columns: Sequence[str] = ()
    taxes: Sequence[Sequence[str]] = ()
    totals: Sequence[LetterTotal] = ()


@dataclass(frozen=True)
class LetterNote:
    """A paragraph below the tables: terms, how to pay, a greeting.

    Attributes:
        text: what it says.
        title: its heading; may be empty.
        drawing: an SVG picture below it, a signature; empty for none.
    """

    text: str
    title: str = ""
    drawing: str = ""


@dataclass(frozen=True)
class Letter:
    """What a letter says, in words, numbers and dates of its own language, ready to print.

    Attributes:
        language: `en`, `el` or `pl`.
        title: "Quote Q-2026-0012"; also the title of the PDF.
        recipient: name and address, line by line.
        facts: label and value, beside the recipient: date, valid until, tax number.
        intro: a paragraph above the tables.
        parts: the tables.
        notes: what stands below them.
        mark: a word that nobody may miss: "Draft", "Cancelled".
    """

    language: str
    title: str
    recipient: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    intro: str = ""
    parts: Sequence[LetterPart] = ()
    notes: Sequence[LetterNote] = ()
    mark: str = ""


def render_letter(
    letter: Letter, template: Path = ORDINARY, *, more: Mapping[str, Any] | None = None, logo: Logo | None = None
) -> bytes:
    """Make the PDF of a letter under the company's head: its name, address, tax number, bank and logo.

    Args:
        letter: what it says.
        template: a `.typ` file of the plugin's own; the ordinary letter by default.
        more: what such a template wants besides, plain JSON; it finds it as `more`.
        logo: another than the company's.

    Raises:
        TypesettingError: when the template is wrong.
        Problem: 422 when there is too much to print.
    """
    with in_language(letter.language):
        sender = _sender(company(), logo or company_logo())
        data = {**asdict(letter), "sender": sender, "words": _words(), "more": more or {}}
    return render_pdf(template, data, letter.language)


def _words() -> Mapping[str, str]:
    return {"page": _("Page {page} of {pages}")}


def _sender(us: Company, logo: Logo | None) -> dict[str, Any]:
    return {
        "name": us.legal_name or us.company_name,
        "logo": base64.b64decode(logo.content) if logo else None,
        "lines": [each for each in _sender_lines(us) if each],
        "foot": [each for each in _foot(us) if each],
    }


def _sender_lines(us: Company) -> list[str]:
    tax_number = written_tax_number(us.tax_number)
    return [
        us.street,
        " ".join(each for each in (us.postal_code, us.city) if each),
        country_name(us.country),
        _("Tax number: %(number)s", number=tax_number) if tax_number else "",
        _("Tax office: %(office)s", office=us.tax_office) if us.tax_office else "",
        us.register_number,
        us.phone,
        us.email,
        us.website,
    ]


def _foot(us: Company) -> list[str]:
    bank = [us.bank_name, _("IBAN: %(iban)s", iban=us.iban) if us.iban else ""]
    return bank if us.iban else []
