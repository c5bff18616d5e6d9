"""What an administrator tells of the company: what stands on its documents, and its logo."""

import base64
from collections.abc import Callable, Mapping
from typing import Final

from core.access import Actor, require_administrator
from core.customers.countries import country_names
from core.customers.tax import read_tax_number
from core.documents.letters import Letter, render_letter
from core.documents.rendering import TypesettingError
from core.i18n import LANGUAGES, _
from core.problems import Problem
from core.users.company import Logo, set_company, set_company_logo
from core.users.operations.people import checked_email

#: The largest logo, in bytes.
LARGEST_LOGO: Final = 400 * 1024
#: The longest text about the company.
LONGEST: Final = 200

#: How each kind of picture that documents can show begins.
_PICTURES: Final = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def change_company(actor: Actor, values: Mapping[str, str]) -> None:
    """Change what is known of the company.

    Args:
        actor: an administrator.
        values: names of `Company` and what was typed; `currency` can't be changed, for amounts are kept in it.

    Raises:
        Problem: 404 for others, 422 with the bad fields.
    """
    require_administrator(actor)
    tidied = {name: " ".join(value.split()) for name, value in values.items() if name != "currency"}
    bad: dict[str, list[str]] = {}
    for name, value in tidied.items():
        try:
            tidied[name] = _checked(name, value, tidied)
        except ValueError as error:
            bad[name] = [str(error)]
    if bad:
        raise Problem("users.bad_company", _("Some fields need another look."), fields=bad)
    set_company(**tidied)


def _checked(name: str, value: str, values: Mapping[str, str]) -> str:
    """Bring a value to the form that it is kept in; a ValueError says to the person what is wrong."""
    if len(value) > LONGEST:
        raise ValueError(_("This is too long."))
    if name == "company_name" and not value:
        raise ValueError(_("Write the company's name."))
    if name in _CHECKS and value:
        return _CHECKS[name](value, values)
    return value


def _language(value: str, _values: Mapping[str, str]) -> str:
    if value not in LANGUAGES:
        raise ValueError(_("Choose one of those that are offered."))
    return value


def _country(value: str, _values: Mapping[str, str]) -> str:
    if value not in country_names():
        raise ValueError(_("Choose one of those that are offered."))
    return value


def _tax_number(value: str, values: Mapping[str, str]) -> str:
    read = read_tax_number(value, values.get("country") or None)
    if read.valid is False:
        raise ValueError(_("The check digits of this tax number don't fit."))
    return read.value


def _iban(value: str, _values: Mapping[str, str]) -> str:
    from stdnum import exceptions, iban

    try:
        return str(iban.format(iban.validate(value)))
    except exceptions.ValidationError as error:
        raise ValueError(_("This isn't an IBAN: a digit is wrong, missing or too many.")) from error


def _email(value: str, _values: Mapping[str, str]) -> str:
    try:
        return checked_email(value)
    except Problem as problem:
        raise ValueError(problem.message) from problem


_CHECKS: Final[Mapping[str, Callable[[str, Mapping[str, str]], str]]] = {
    "language": _language,
    "country": _country,
    "tax_number": _tax_number,
    "iban": _iban,
    "email": _email,
}


def change_logo(actor: Actor, content: bytes) -> None:
    """Keep another logo, once it has shown that a document can print it.

    Args:
        actor: an administrator.
        content: the file; empty for no logo any more.

    Raises:
        Problem: 404 for others, 422 on `logo` when it is no picture or too large.
    """
    require_administrator(actor)
    if not content:
        set_company_logo(None)
        return
    if len(content) > LARGEST_LOGO:
        raise _bad_logo(_("A logo may have at most 400 kB."))
    kind = next((kind for beginning, kind in _PICTURES.items() if content.startswith(beginning)), None)
    if kind is None:
        raise _bad_logo(_("Choose a picture in PNG or JPEG."))
    logo = Logo(kind, base64.b64encode(content).decode())
    try:
        render_letter(Letter("en", "Logo"), logo=logo)
    except (TypesettingError, Problem) as error:
        raise _bad_logo(_("This picture can't be printed: the file is damaged, or far too large.")) from error
    set_company_logo(logo)


def _bad_logo(message: str) -> Problem:
    return Problem("users.bad_logo", message, fields={"logo": [message]})
