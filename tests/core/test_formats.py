"""Money, days and complaints about a field as people write them in each language."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask_babel import force_locale
from marshmallow import ValidationError
from marshmallow.validate import Length, OneOf, Range

from core.i18n import (
    LazyText,
    _,
    _l,
    format_amount,
    format_compact,
    format_day,
    in_language,
    name_zone,
    ngettext,
    pgettext,
    typed_number,
    with_point,
)
from core.records import fields

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("language", "currency", "written"),
    [
        ("en", "EUR", "€27,980"),
        ("en", "PLN", "zł\N{NO-BREAK SPACE}27,980"),
        ("en", "CHF", "CHF\N{NO-BREAK SPACE}27,980"),
        ("el", "PLN", "27.980\N{NO-BREAK SPACE}zł"),
        ("pl", "PLN", "27\N{NO-BREAK SPACE}980\N{NO-BREAK SPACE}zł"),
    ],
)
def test_an_amount_has_the_sign_of_its_own_country(app: Flask, language: str, currency: str, written: str) -> None:
    with app.test_request_context(), force_locale(language):
        assert format_amount(Decimal(27_980), currency) == written


@pytest.mark.parametrize(
    ("language", "typed", "read"),
    [
        ("el", "1234,5", "1234.5"),
        ("el", "1.234.567,50", "1234567.50"),
        ("el", "-5000,25", "-5000.25"),
        ("pl", "1 234,50", "1234.50"),
        ("pl", "1\N{NO-BREAK SPACE}234,50", "1234.50"),
        ("pl", "33,333", "33.333"),
        ("el", "1234.5", "1234.5"),
        ("el", "1,234.50", "1,234.50"),
        ("el", "1.23,5", "1.23,5"),
        ("el", "many", "many"),
        ("en", "12,345", "12,345"),
        ("en", "24,50", "24.50"),
    ],
)
def test_a_comma_stands_before_decimals_where_the_language_writes_so(
    app: Flask, language: str, typed: str, read: str
) -> None:
    with app.test_request_context(), in_language(language):
        assert with_point(typed) == read


@pytest.mark.parametrize("field", [fields.Money(), fields.Decimals()])
@pytest.mark.parametrize(
    ("language", "typed", "read"),
    [
        ("el", "1.500,0", "1500"),
        ("el", "1500", "1500"),
        ("el", "0.125", "0.125"),
        ("el", "12.50", "12.5"),
        ("en", "1.500", "1.5"),
        ("el", "1.500", None),
        ("pl", "-12.345", None),
        ("en", "1,500", None),
    ],
)
def test_what_is_a_thousand_to_some_and_one_to_others_is_refused(
    app: Flask, language: str, typed: str, read: str | None, field: Any
) -> None:
    with app.test_request_context(), in_language(language):
        if read is None:
            with pytest.raises(ValidationError):
                field.deserialize(fields.Typed(typed))
        else:
            assert field.deserialize(fields.Typed(typed)) == Decimal(read)
        assert field.deserialize("1.500") == Decimal("1.5"), "programs mean what they write"


@pytest.mark.parametrize(
    ("language", "written"), [("en", "57K 1.2M"), ("el", "57 χιλ. 1,2 εκ."), ("pl", "57 tys. 1,2 mln")]
)
def test_a_number_beside_a_chart_is_short_in_each_language(app: Flask, language: str, written: str) -> None:
    with app.test_request_context(), in_language(language):
        short = f"{format_compact(Decimal(57_210))} {format_compact(1_200_000)}"
    assert short.replace("\N{NO-BREAK SPACE}", " ") == written


@pytest.mark.parametrize(
    ("language", "written"), [("en", "12,345"), ("el", "12.345"), ("pl", "12\N{NO-BREAK SPACE}345")]
)
def test_a_number_in_a_message_has_the_languages_separators(app: Flask, language: str, written: str) -> None:
    with app.test_request_context(), force_locale(language):
        assert written in ngettext("%(num)s record changed.", "%(num)s records changed.", 12_345)
        assert written in _("Row %(number)s will look like this", number=12_345)
        page = "{{ ngettext('%(num)s page', '%(num)s pages', many) }} {{ _('%(number)s+', number=many) }}"
        assert render_template_string(page, many=12_345).count(written) == 2


def test_a_lazy_text_is_escaped_in_a_page_like_any_other(app: Flask) -> None:
    hostile = "<img src=x onerror=run()>"
    with app.test_request_context():
        shown = render_template_string(
            "{{ made }} {{ said }}", made=LazyText(lambda: hostile), said=_l("New: %(what)s", what=hostile)
        )
    assert shown == "&lt;img src=x onerror=run()&gt; New: &lt;img src=x onerror=run()&gt;"


def test_a_place_for_a_bare_number_still_takes_one(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        assert _("%(num)05d", num=42) == "00042"


def test_no_message_of_ours_writes_a_number_without_separators() -> None:
    catalogues = [path for place in ("core", "plugins") for path in (ROOT / place).rglob("*.po")]
    assert catalogues
    assert [path for path in catalogues if re.search(r"%\(\w+\)d", path.read_text())] == []


@pytest.mark.parametrize(("language", "written"), [("en", "21 Feb 2020"), ("el", "21 Φεβ 2020"), ("pl", "21 lut 2020")])
def test_the_day_stands_before_the_month(app: Flask, language: str, written: str) -> None:
    with app.test_request_context(), force_locale(language):
        assert format_day(date(2020, 2, 21)) == written


@pytest.mark.parametrize(("language", "place"), [("en", "Athens"), ("el", "Αθήνα"), ("pl", "Ateny")])
def test_a_time_zone_is_told_by_its_place(app: Flask, language: str, place: str) -> None:
    with app.test_request_context(), force_locale(language):
        assert name_zone() == place


class Sample(fields.RecordSchema):
    """One field of each kind that may be filled in wrongly."""

    name = fields.String(required=True)
    code = fields.String(validate=Length(max=3))
    email = fields.Email()
    website = fields.Url()
    employees = fields.Integer(validate=Range(min=0))
    price = fields.Decimals()
    since = fields.Date()
    met = fields.DateTime()
    size = fields.String(validate=OneOf(["small", "large"]))


WRONG = {
    "code": "long",
    "email": "x",
    "website": "a b",
    "employees": -1,
    "price": "much",
    "since": "soon",
    "met": "late",
    "size": "medium",
}


def test_what_is_wrong_with_a_field_is_told_in_the_language_of_whoever_asks(app: Flask) -> None:
    said = {}
    for language in ("en", "el", "pl"):
        with app.test_request_context(), force_locale(language), pytest.raises(ValidationError) as refused:
            Sample().load(WRONG)
        said[language] = refused.value.messages_dict
    assert said["en"]["name"] == ["Fill this in."]
    assert said["el"]["email"] == ["Δεν είναι διεύθυνση email."]
    assert said["pl"]["code"] == ["Wpisz najwyżej 3 znaków."]
    for name in ("name", *WRONG):
        assert len({said[language][name][0] for language in said}) == 3, f"{name} is told alike in two languages"


@pytest.mark.parametrize(("language", "said"), [("el", "Άνοιγμα"), ("pl", "Otwórz")])
def test_no_plugin_changes_the_words_of_the_core(app: Flask, language: str, said: str) -> None:
    """Of deals the same word is an adjective, and says its context."""
    with in_language(language):
        assert _("Open") == said != pgettext("deals", "Open")


@pytest.mark.parametrize(
    ("language", "value", "written"),
    [
        ("en", Decimal("1234.50"), "1234.5"),
        ("el", Decimal("1234.50"), "1234,5"),
        ("pl", Decimal("1.125"), "1,125"),
        ("el", Decimal("1500"), "1500"),
    ],
)
def test_a_number_stands_in_its_field_as_it_is_typed(app: Flask, language: str, value: Decimal, written: str) -> None:
    with app.test_request_context(), in_language(language):
        assert typed_number(value) == written
        assert fields.Decimals().deserialize(fields.Typed(written)) == value
