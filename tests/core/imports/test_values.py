"""Days, moments and numbers as people and programs write them."""

import pytest

from core.imports.values import decimal_style, read_day, read_moment, read_number, read_words


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.240,50", "1240.50"),
        ("-86,00", "-86.00"),
        ("1,240.50", "1240.50"),
        ("2,500", "2500"),
        ("100.0", "100.0"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1'234.5", "1234.5"),
        ("1.240.500", "1240500"),
        ("€ 12", "12"),
        ("-€5", "-5"),
        ("12 PLN", "12"),
        ("1 234,50 zł", "1234.50"),
        ("(5)", "-5"),
        ("5-", "-5"),
        ("−7", "-7"),
        ("+5", "5"),
        ("٣٤", "34"),
    ],
)
def test_number_is_read(text: str, number: str) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["12x", "x12", "1,2,3", "12-5", "1e5", "PLN", "", "abc", "1..2"])
def test_what_is_no_number_is_left_for_the_schema_to_refuse(text: str) -> None:
    assert read_number(text) == text


def test_three_digits_mean_what_the_whole_file_says() -> None:
    assert read_number("1.240", ",") == "1240"
    assert read_number("1.240", ".") == "1.240"
    assert read_number("1,240", ",") == "1.240"


@pytest.mark.parametrize(
    ("values", "sign"),
    [
        (["1.240,50", "0,00"], ","),
        (["1,240.50", "3"], "."),
        (["12,5", "1.240"], ","),
        (["1.240", "2.500"], ""),
        (["1,5", "1.5"], ""),
        (["text", ""], ""),
    ],
)
def test_decimal_style_is_told_by_the_numbers(values: list[str], sign: str) -> None:
    assert decimal_style(values) == sign


@pytest.mark.parametrize(
    ("text", "day_first", "month_first"),
    [
        ("03/04/2026", "2026-04-03", "2026-03-04"),
        ("2026-03-04", "2026-03-04", "2026-03-04"),
        ("31.12.2026", "2026-12-31", "31.12.2026"),
        ("12/31/1979", "12/31/1979", "1979-12-31"),
        ("1.2.26", "2026-02-01", "2026-01-02"),
        ("1.2.79", "1979-02-01", "1979-01-02"),
        ("45631", "2024-12-05", "2024-12-05"),
        ("0/0/00", "", ""),
        ("0000-00-00", "", ""),
        ("31/02/2026", "31/02/2026", "31/02/2026"),
        ("soon", "soon", "soon"),
    ],
)
def test_day_is_read(text: str, day_first: str, month_first: str) -> None:
    assert (read_day(text, "dmy"), read_day(text, "mdy")) == (day_first, month_first)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("3/15/2024 2:30 PM", "2024-03-15T14:30:00"),
        ("3/15/2024 12:05 am", "2024-03-15T00:05:00"),
        ("1/2/26 10:15:30 μμ", "2026-01-02T22:15:30"),
        ("2024-03-12T09:14:00.000Z", "2024-03-12T09:14:00+00:00"),
        ("2024-03-12 09:14", "2024-03-12T09:14:00"),
        ("12/31/1979", "1979-12-31T00:00:00"),
        ("3/15/2024 later", "3/15/2024 later"),
    ],
)
def test_moment_is_read(text: str, moment: str) -> None:
    assert read_moment(text, "mdy") == moment


def test_words_are_read_with_their_own_commas_where_they_say_so() -> None:
    assert read_words("vip; olive oil,Πάτρα") == ["vip", "olive oil", "Πάτρα"]
    assert read_words('["a, b", "c"]') == ["a, b", "c"]
    assert read_words('["broken]') == ['["broken]']
