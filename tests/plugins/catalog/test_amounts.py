"""Money adds up to the smallest unit, in currencies with no, two and three decimals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.catalog.amounts import rounded, shared_out, smallest_unit

CURRENCIES = {"JPY": 0, "EUR": 2, "PLN": 2, "KWD": 3}
currencies = st.sampled_from(sorted(CURRENCIES))
weights = st.lists(st.decimals(0, 10**9, places=4), min_size=1, max_size=40).filter(any)


@pytest.mark.parametrize(("currency", "decimals"), CURRENCIES.items())
def test_a_currency_has_its_own_smallest_unit(currency: str, decimals: int) -> None:
    assert smallest_unit(currency) == Decimal(10) ** -decimals


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.005", "EUR", "0.01"),
        ("-0.005", "EUR", "-0.01"),
        ("2.345", "EUR", "2.35"),
        ("2.3449", "EUR", "2.34"),
        ("0.5", "JPY", "1"),
        ("1.0005", "KWD", "1.001"),
    ],
)
def test_halves_go_away_from_zero(amount: str, currency: str, expected: str) -> None:
    assert rounded(Decimal(amount), currency) == Decimal(expected)


@given(st.data(), currencies, weights)
def test_shares_add_up_and_none_is_off_by_a_unit(data: st.DataObject, currency: str, parts: list[Decimal]) -> None:
    total = data.draw(st.decimals(-(10**9), 10**9, places=CURRENCIES[currency]))
    shares = shared_out(total, parts, currency)
    assert sum(shares) == total
    exact = [total * part / sum(parts) for part in parts]
    unit = smallest_unit(currency)
    assert all(abs(share - should) < unit for share, should in zip(shares, exact, strict=True))
    assert all(share == rounded(share, currency) for share in shares)


@given(currencies, weights, st.integers(0, 10**9))
def test_a_credit_is_shared_as_what_it_takes_back(currency: str, parts: list[Decimal], units: int) -> None:
    total = units * smallest_unit(currency)
    assert shared_out(-total, parts, currency) == [-share for share in shared_out(total, parts, currency)]


def test_what_is_left_goes_to_those_who_lost_most() -> None:
    assert shared_out(Decimal("0.05"), [Decimal(1), Decimal(1), Decimal(2)], "EUR") == [
        Decimal("0.01"), Decimal("0.01"), Decimal("0.03"),
    ]  # fmt: skip


@pytest.mark.parametrize("parts", [[], [Decimal(0)], [Decimal(2), Decimal(-1)]])
def test_nothing_is_shared_by_weights_that_say_nothing(parts: list[Decimal]) -> None:
    with pytest.raises(ValueError, match="weights"):
        shared_out(Decimal(1), parts, "EUR")


def test_parts_of_a_unit_arent_shared() -> None:
    with pytest.raises(ValueError, match="whole number"):
        shared_out(Decimal("0.001"), [Decimal(1)], "EUR")
