"""Numbers that are typed: what is none and what is too large are told apart."""

from decimal import Decimal
from typing import Any

import marshmallow as ma
import pytest

from core.records import fields
from core.records.fields import LARGEST_AMOUNT

NUMBERS = [fields.Decimals(), fields.Money(), fields.Integer()]


def refusal(field: Any, value: Any) -> list[str]:
    with pytest.raises(ma.ValidationError) as refused:
        field.deserialize(value)
    return [str(message) for message in refused.value.messages]


@pytest.mark.parametrize("value", ["4" * 40, "-" + "4" * 40, "9" * 15])
@pytest.mark.parametrize("field", NUMBERS)
def test_a_number_of_many_digits_is_too_large_and_not_no_number(app: object, field: Any, value: str) -> None:
    assert "too large" in refusal(field, value)[0]


@pytest.mark.parametrize("value", ["1e999", "1" + "0" * 28 + ".5", LARGEST_AMOUNT])
def test_too_large_however_it_is_written(app: object, value: Any) -> None:
    assert refusal(fields.Decimals(), value) == ["This number is too large."]


@pytest.mark.parametrize("value", ["many", "4" * 40 + "x", "NaN", "Infinity", "-inf", True, "1,5"])
def test_what_is_no_number_is_told_as_such(app: object, value: Any) -> None:
    assert refusal(fields.Decimals(), value) == ["This isn't a number."]


def test_the_largest_number_is_read(app: object) -> None:
    largest = LARGEST_AMOUNT - Decimal("0.0001")
    assert fields.Decimals().deserialize(str(largest)) == largest
