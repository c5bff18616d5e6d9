"""What begins and ends: prices, price lists, taxes."""

from datetime import date

from pelatis.api import Problem, _


def check_period(valid_from: date | None, valid_until: date | None) -> None:
    """Refuse a period that ends before it begins.

    Raises:
        Problem: `catalog.ends_before_it_begins`.
    """
    if valid_from is not None and valid_until is not None and valid_until < valid_from:
        message = _("It ends before it begins.")
        raise Problem("catalog.ends_before_it_begins", message, fields={"valid_until": [message]})
