"""Tax numbers: Greek ΑΦΜ, Polish NIP and the VAT numbers of the European Union, by python-stdnum."""

import re
from dataclasses import dataclass
from typing import Final

#: Countries whose prefix isn't their ISO code.
_PREFIX_OF_COUNTRY: Final = {"GR": "EL"}
_NOISE: Final = re.compile(r"[\s.\-/]+")


@dataclass(frozen=True)
class TaxNumber:
    """A tax number as it is kept, and what is known of it.

    Attributes:
        value: without spaces, with its country's prefix where the country is known.
        valid: whether the check digits fit; None where nobody knows the country's rule.
    """

    value: str
    valid: bool | None


def read_tax_number(text: str, country: str | None = None) -> TaxNumber:
    """Read a tax number in any spelling.

    Args:
        text: as somebody wrote it: `EL 123 456 783`, `123456783`, `PL 526-10-40-828`.
        country: ISO code of the customer's country; without it a bare Greek or Polish number is told by its check
            digit.
    """
    plain = _NOISE.sub("", text).upper()
    prefix = plain[:2] if plain[:2].isalpha() else ""
    prefix = _PREFIX_OF_COUNTRY.get(prefix, prefix)
    if prefix:
        return _checked(prefix, plain[2:], plain)
    if country:
        return _checked(_PREFIX_OF_COUNTRY.get(country, country), plain, plain)
    fitting = [found for found in (_checked("EL", plain, plain), _checked("PL", plain, plain)) if found.valid]
    return fitting[0] if len(fitting) == 1 else TaxNumber(plain, None)


def _checked(prefix: str, digits: str, plain: str) -> TaxNumber:
    from stdnum import exceptions, get_cc_module
    from stdnum.eu import vat

    if prefix.lower() not in vat.MEMBER_STATES and prefix != "EL":
        return TaxNumber(plain, None)
    module = get_cc_module("gr" if prefix == "EL" else prefix.lower(), "vat")
    if module is None:
        return TaxNumber(plain, None)
    try:
        return TaxNumber(prefix + module.validate(digits).removeprefix(prefix), True)
    except exceptions.ValidationError:
        return TaxNumber(prefix + digits, False)


def written_tax_number(value: str | None) -> str:
    """Write a tax number for people: the prefix, then groups of three: `EL 123 456 783`."""
    if not value:
        return ""
    prefix, digits = value[:2], value[2:]
    if not (prefix.isalpha() and digits.isdigit()):
        return value
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return " ".join([prefix, *groups])
