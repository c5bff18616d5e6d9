"""Tax numbers that nobody has, with check digits that fit."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Final


def make_tax_number(random: Random, country: str) -> str | None:
    """Make a tax number with its country's prefix and right check digits, as customers keep it.

    Args:
        random: where its digits come from.
        country: ISO 3166-1 alpha-2.

    Returns:
        The number; None for a country without a rule here.
    """
    rule = _RULES.get(country)
    return rule(random) if rule is not None else None


def _digits(random: Random, count: int) -> str:
    return str(random.randrange(10 ** (count - 1), 10**count))


def _greek(random: Random) -> str:
    """ΑΦΜ: powers of two from the right, modulo 11, then 10."""
    body = f"9{_digits(random, 7)}"
    total = sum(int(digit) << (8 - place) for place, digit in enumerate(body))
    return f"EL{body}{total % 11 % 10}"


def _polish(random: Random) -> str:
    """NIP: weighted sum modulo 11; a body whose sum leaves 10 isn't given out."""
    while True:
        body = _digits(random, 9)
        check = sum(int(digit) * weight for digit, weight in zip(body, (6, 5, 7, 2, 3, 4, 5, 6, 7), strict=True)) % 11
        if check < 10:
            return f"PL{body}{check}"


def _german(random: Random) -> str:
    """USt-IdNr.: ISO 7064, modulo 11, 10."""
    from stdnum.iso7064 import mod_11_10

    body = _digits(random, 8)
    return f"DE{body}{mod_11_10.calc_check_digit(body)}"


def _italian(random: Random) -> str:
    """Partita IVA: seven digits, the province, then Luhn."""
    from stdnum import luhn

    body = f"{_digits(random, 7)}{random.randrange(1, 101):03}"
    return f"IT{body}{luhn.calc_check_digit(body)}"


def _austrian(random: Random) -> str:
    from stdnum.at import uid

    body = f"U{_digits(random, 7)}"
    return f"AT{body}{uid.calc_check_digit(body)}"


def _cypriot(random: Random) -> str:
    from stdnum.cy import vat

    body = f"1{_digits(random, 7)}".replace("12", "13", 1)
    return f"CY{body}{vat.calc_check_digit(body)}"


def _czech(random: Random) -> str:
    from stdnum.cz import dic

    body = f"2{_digits(random, 6)}"
    return f"CZ{body}{dic.calc_check_digit_legal(body)}"


_RULES: Final[Mapping[str, Callable[[Random], str]]] = {
    "GR": _greek,
    "PL": _polish,
    "DE": _german,
    "IT": _italian,
    "AT": _austrian,
    "CY": _cypriot,
    "CZ": _czech,
}
