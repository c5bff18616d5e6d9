"""What commissions come to, whatever the currency, the tiers, and the order in which things happen."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.problems import Problem
from plugins.catalog.amounts import shared_out, smallest_unit
from plugins.sales.commissions import Scale, Tier, check_percents, payable_of, read_tiers, write_tiers

CURRENCIES = some.sampled_from(("JPY", "EUR", "KWD"))
PERCENTS = some.decimals(0, 100, places=2)


@some.composite
def scales(draw: some.DrawFn) -> Scale:
    """Give tiers without gap and overlap."""
    bounds = sorted(draw(some.sets(some.integers(1, 50_000), max_size=4)))
    begins = [Decimal(0), *(Decimal(bound) for bound in bounds)]
    ends = [*begins[1:], None]
    tiers = tuple(Tier(low, high, draw(PERCENTS)) for low, high in zip(begins, ends, strict=True))
    return Scale(tiers, draw(some.booleans()), draw(CURRENCIES))


def units(count: int, currency: str) -> Decimal:
    return count * smallest_unit(currency)


@given(scales(), some.lists(some.integers(-500_000, 5_000_000), min_size=1, max_size=8))
def test_the_invoices_of_a_period_earn_together_what_its_whole_amount_does(scale: Scale, counts: list[int]) -> None:
    amounts = [units(count, scale.currency) for count in counts]
    earned = scale.earned(amounts)
    whole = sum(amounts, Decimal(0))
    assert sum(earned) == scale.earned_up_to(whole, whole)
    before = Decimal(0)
    for amount, each in zip(amounts, earned, strict=True):
        assert sum(part for _tier, _base, part in scale.explained(before, amount, whole)) == each
        before += amount


@given(scales(), some.lists(some.integers(0, 5_000_000), min_size=1, max_size=6), some.data())
def test_what_is_reversed_as_a_whole_earns_nothing(scale: Scale, counts: list[int], data: some.DataObject) -> None:
    amounts = [units(count, scale.currency) for count in counts]
    gone = data.draw(some.integers(0, len(amounts) - 1))
    left = [Decimal(0) if place == gone else amount for place, amount in enumerate(amounts)]
    assert scale.earned(left)[gone] == 0
    assert sum(scale.earned(left)) == sum(scale.earned([amount for amount in left if amount]), Decimal(0))
    assert sum(scale.earned([Decimal(0)] * len(amounts))) == 0


@given(PERCENTS, CURRENCIES, some.integers(1, 5_000_000), some.lists(some.integers(1, 100), min_size=1, max_size=6))
def test_of_one_tier_credit_notes_claw_back_in_proportion(
    percent: Decimal, currency: str, count: int, weights: Sequence[int]
) -> None:
    scale = Scale((Tier(Decimal(0), None, percent),), True, currency)
    amount = units(count, currency)
    earned, left = scale.earned([amount])[0], amount
    clawed = Decimal(0)
    for part in shared_out(amount, [Decimal(each) for each in weights], currency):
        before, left = scale.earned([left])[0], left - part
        after = scale.earned([left])[0]
        clawed += before - after
        assert abs(before - after - part * percent / 100) <= smallest_unit(currency)
    assert clawed == earned


@given(CURRENCIES, some.integers(0, 10**9), some.lists(some.integers(1, 10_000), min_size=1, max_size=6))
def test_shares_of_a_deal_add_up_to_it(currency: str, count: int, weights: list[int]) -> None:
    amount = units(count, currency)
    assert sum(shared_out(amount, [Decimal(each) for each in weights], currency)) == amount


@given(CURRENCIES, some.integers(-(10**6), 10**6), some.lists(some.integers(1, 10**6), min_size=1, max_size=6))
def test_payments_release_a_commission_to_the_cent_in_any_order(currency: str, count: int, parts: list[int]) -> None:
    earned, due = units(count, currency), units(sum(parts), currency)
    for order in (parts, parts[::-1], sorted(parts)):
        released, paid = Decimal(0), Decimal(0)
        for part in order:
            paid += units(part, currency)
            released += payable_of(earned, paid, due, currency) - released
            assert abs(released) <= abs(earned)
        assert released == earned
    assert payable_of(earned, Decimal(0), due, currency) == 0


TWO = (Tier(Decimal(0), Decimal(10_000), Decimal(5)), Tier(Decimal(10_000), None, Decimal("7.5")))


def test_progressive_tiers_earn_each_part_and_whole_ones_all_of_it() -> None:
    amounts = [Decimal(8_000), Decimal(4_000)]
    assert Scale(TWO, True, "EUR").earned(amounts) == [Decimal(400), Decimal(250)]
    assert Scale(TWO, False, "EUR").earned(amounts) == [Decimal(600), Decimal(300)]
    just = [Decimal("9999.99"), Decimal("0.01")]
    assert sum(Scale(TWO, False, "EUR").earned(just)) == Decimal(750), "a tier begins with its first amount"
    assert Scale(TWO, False, "EUR").earned(just[:1]) == [Decimal(500)]


def test_tiers_are_read_and_written() -> None:
    assert read_tiers("0 – 10 000: 5 %\n10000 - : 7,5") == TWO
    assert read_tiers(write_tiers(TWO)) == TWO


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "at least one tier"),
        ("five percent", "is no tier"),
        ("0 - 10.000: 5\n10000 -: 7", "two ways"),
        ("0 - 1000000000000: 5\n1000000000000 -: 7", "too long"),
        ("0 -: 5.00001", "too long"),
        ("0 - 100: 5\n200 -: 7", "gap: no tier says what is earned from 100 to 200"),
        ("0 - 200: 5\n100 -: 7", "overlap: from 100 to 200"),
        ("0 - 200: 5\n0 -: 7", "overlap"),
        ("100 -: 5", "gap: no tier says what is earned from 0 to 100"),
        ("0 - 100: 5", "gap: no tier says what is earned from 100 on"),
        ("0 -: 5\n100 -: 7", "Only the last"),
        ("0 - 0: 5\n0 -: 6", "ends before"),
        ("0 -: 101", "between 0 and 100"),
        ("0 -: 5\n" * 51, "too many"),
    ],
)
def test_tiers_with_a_gap_or_an_overlap_are_refused(text: str, says: str) -> None:
    with pytest.raises(Problem, match=says) as caught:
        read_tiers(text)
    assert caught.value.fields["tiers"]


def test_shares_must_be_a_hundred() -> None:
    check_percents([Decimal("33.34"), Decimal("66.66")])
    for percents in ([60], [60, 41], [120, -20], []):
        with pytest.raises(Problem, match=r"100|more than 0"):
            check_percents([Decimal(each) for each in percents])
