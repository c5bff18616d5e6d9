"""Exchange rates: what an amount is worth in the company's own currency, and the other way round."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from pelatis.api import Problem, _, base_currency, db

from ..models import ExchangeRate


def rate_of(currency: str, day: date) -> Decimal:
    """Tell how much of a currency one unit of the company's own buys on a day.

    Raises:
        Problem: `sales.no_rate` when there is no rate for the currency on that day.
    """
    if currency == base_currency():
        return Decimal(1)
    statement = (
        select(ExchangeRate.rate)
        .where(ExchangeRate.currency == currency, ExchangeRate.valid_from <= day, ExchangeRate.deleted_at.is_(None))
        .order_by(ExchangeRate.valid_from.desc(), ExchangeRate.id.desc())
        .limit(1)
    )
    rate = db.session.scalars(statement).first()
    if rate is None:
        message = _("There is no exchange rate for %(currency)s on that day. Add one under Sales, Exchange rates.",
                    currency=currency)  # fmt: skip
        raise Problem("sales.no_rate", message, fields={"currency": [message]})
    return rate


def in_base_currency(amount: Decimal | None, currency: str, day: date) -> Decimal | None:
    """Convert an amount to the company's own currency, at the rate that holds on a day, half-up to four decimals.

    Raises:
        Problem: `sales.no_rate` when there is no rate for the currency on that day.
    """
    if amount is None or currency == base_currency():
        return amount
    return four_decimals(amount / rate_of(currency, day))


def four_decimals(amount: Decimal) -> Decimal:
    """Round an amount half up to the four decimals that are kept."""
    return amount.quantize(Decimal("0.0001"), "ROUND_HALF_UP")
