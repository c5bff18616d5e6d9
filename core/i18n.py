"""Words, numbers, dates and money in the person's language: English, Greek and Polish."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, dates, numbers
from babel.support import NullTranslations
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale, get_translations
from flask_babel.speaklater import LazyString
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

__all__ = [
    "LANGUAGES",
    "LazyText",
    "_",
    "_l",
    "configure_languages",
    "current_zone",
    "format_ago",
    "format_amount",
    "format_compact",
    "format_day",
    "format_moment",
    "format_number",
    "format_percent",
    "format_price",
    "format_time",
    "get_language",
    "in_language",
    "lazy_pgettext",
    "local_now",
    "name_zone",
    "ngettext",
    "pgettext",
    "plural_of",
    "today",
]

#: The languages that pages and documents are written in: code to the name that its speakers give it.
LANGUAGES: dict[str, str] = {"en": "English", "el": "Ελληνικά", "pl": "Polski"}
DEFAULT_ZONE = "Europe/Athens"
#: The currencies that amounts may be in, the nearest first.
CURRENCIES: Final = (
    "EUR", "PLN", "USD", "GBP", "CHF", "BGN", "CZK", "DKK", "HUF", "NOK", "RON", "RSD", "SEK", "TRY", "UAH",
    "AED", "AUD", "BHD", "BRL", "CAD", "CNY", "EGP", "ILS", "INR", "JOD", "JPY", "KES", "KRW", "KWD", "MXN", "OMR",
    "PHP", "SGD", "TND", "ZAR",
)  # fmt: skip

#: Where CLDR puts a space that Babel leaves out: "PLN 100", not "PLN100".
_LETTER_BESIDE_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")

#: A number as it is typed where a comma stands before decimals, with or without signs between its thousands.
_WITH_COMMA = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:[.\s]\d{3})+),\d+")
#: One whose comma can't stand between thousands.
_WITH_CLEAR_COMMA = re.compile(r"[-+]?\d+,(?:\d{1,2}|\d{4,})")
#: A number whose point may stand between thousands, or before decimals.
_WITH_ONE_POINT = re.compile(r"[-+]?[1-9]\d{0,2}\.\d{3}")
_BETWEEN_THOUSANDS = re.compile(r"[.\s]")
#: The region whose way of writing days English follows: "22 Nov", as everywhere in Europe.
_DAYS_LIKE = {"en": "en_GB"}

#: How many written amounts and days are remembered: a board alone has 160 of each, mostly the same from page to page.
_REMEMBERED = 4_096


@dataclass(frozen=True)
class _Speech:
    """One language, ready to be spoken: a page asks for 500 messages, and Flask-Babel would look all this up for each.

    Attributes:
        language: its code.
        catalogue: the messages of the core and of every plugin.
        marked: those messages that templates have shown, by themselves, ready to stand in a page.
    """

    language: str
    catalogue: Any
    marked: dict[str, Markup] = field(default_factory=dict)


#: Spoken where there is no application: importing and the command's help.
_PLAIN = _Speech("en", NullTranslations())
_SPEECHES = "pelatis_speeches"


def _speech() -> _Speech:
    try:
        # Here Flask-Babel keeps the locale until `refresh` or `force_locale` changes it.
        context = g._get_current_object()._flask_babel
        if context.spoken is context.babel_locale:
            spoken: _Speech = context.speech
            return spoken
    except (AttributeError, RuntimeError):
        pass
    locale = get_locale()
    if locale is None:
        return _PLAIN
    speeches: dict[str, _Speech] = current_app.extensions.setdefault(_SPEECHES, {})
    if str(locale) not in speeches:
        # None of our languages has a territory.
        speeches[str(locale)] = _Speech(locale.language, get_translations())
    context = g._flask_babel
    context.spoken, context.speech = locale, speeches[str(locale)]
    return speeches[str(locale)]


class _Number(int):
    """A whole number that stands in a message: `%(num)s` writes it with the language's own separators."""

    def __str__(self) -> str:
        return format_number(int(self))


def _filled(text: Any, variables: dict[str, Any]) -> Any:
    """Fill a message's places in, whole numbers as the person writes them."""
    return text % {name: _Number(value) if type(value) is int else value for name, value in variables.items()}


def _(message: str, **variables: Any) -> str:
    """Translate a message now, for the person who is answered: `_("Hello %(name)s", name=user.name)`.

    Whole numbers among the variables are written with the language's own separators.
    """
    text: str = _speech().catalogue.ugettext(message)
    return str(_filled(text, variables)) if variables else text


class LazyText(LazyString):  # type: ignore[misc]
    """A text that is made each time it is shown; pages escape it like any other, for it may hold what users wrote."""

    def __html__(self) -> Markup:
        return escape(str(self))


def _l(message: str, **variables: Any) -> Any:
    """Translate a message each time it is shown; for labels and titles made while a module is imported."""
    return LazyText(_, message, **variables)


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    """Translate a message with a number in it: `ngettext("%(num)s deal", "%(num)s deals", count)`."""
    text: str = _speech().catalogue.ungettext(singular, plural, num)
    return str(_filled(text, {"num": num, **variables}))


def pgettext(context: str, message: str, **variables: Any) -> str:
    """Translate a word that means several things, with its context first: `pgettext("of a deal", "Close")`."""
    text: str = _speech().catalogue.upgettext(context, message)
    return str(_filled(text, variables)) if variables else text


def lazy_pgettext(context: str, message: str, **variables: Any) -> Any:
    """Translate a word that means several things each time it is shown: `lazy_pgettext("of a lead", "New")`.

    It is to `pgettext` what `_l` is to `_`. A word that agrees with a noun, as a status does, needs it as its context.
    """
    return LazyText(pgettext, context, message, **variables)


@pass_eval_context
def _said(context: EvalContext, message: str, **variables: Any) -> str:
    """Translate a message in a template; as Jinja does, it is markup there, and what is filled in is escaped."""
    speech = _speech()
    text = speech.marked.get(message)
    if text is None:
        text = speech.marked[message] = Markup(speech.catalogue.ugettext(message))  # noqa: S704 - our own catalogues
    said: str = text if context.autoescape else str(text)
    return _filled(said, variables) if "%" in said else said


@pass_eval_context
def _counted(context: EvalContext, singular: str, plural: str, num: int, **variables: Any) -> str:
    """Translate a message with a number in it in a template."""
    text: str = _speech().catalogue.ungettext(singular, plural, num)
    said = Markup(text) if context.autoescape else text  # noqa: S704 - our own catalogues
    return _filled(said, {"num": num, **variables})  # type: ignore[no-any-return]


def configure_languages(app: Flask, catalogues: Sequence[tuple[Path, str]]) -> None:
    """Let an application answer in the person's language.

    Args:
        app: the application.
        catalogues: for the core and for every plugin its folder of translations and its domain. What two of them
            translate is said as the first has it, so that no plugin changes the words of the core.
    """
    merged = list(reversed(catalogues))
    Babel(
        app,
        default_locale="en",
        default_timezone=DEFAULT_ZONE,
        default_domain=";".join(domain for _folder, domain in merged),
        default_translation_directories=";".join(str(folder) for folder, _domain in merged),
        locale_selector=_language_of_request,
        timezone_selector=lambda: current_zone().key,
    )
    # Templates say messages without the detour that Jinja's own functions take for each.
    app.jinja_env.globals.update(_=_said, gettext=_said, ngettext=_counted)
    # {% trans %} may run over several lines; tools/translations.py extracts it with the blanks collapsed too.
    app.jinja_env.policies["ext.i18n.trimmed"] = True


def _language_of_request() -> str:
    """Choose the user's own language, then the browser's, then English."""
    if not has_request_context():
        return getattr(g, "language", None) or "en"
    chosen = getattr(g, "language", None)
    return chosen or request.accept_languages.best_match(list(LANGUAGES)) or "en"


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Speak another language than the person's for a while: words, numbers, dates and amounts of a document or mail.

    Args:
        language: `en`, `el` or `pl`; any other one speaks English.
    """
    with force_locale(language if language in LANGUAGES else "en"):
        yield


def get_language() -> str:
    """Name the language of the person who is being answered: `en`, `el` or `pl`."""
    return _language()


def _language() -> str:
    return _speech().language


def current_zone() -> ZoneInfo:
    """Give the time zone of the person who is being answered."""
    try:
        return ZoneInfo(g._get_current_object().zone or DEFAULT_ZONE)
    except (AttributeError, RuntimeError):  # nobody is answered
        return ZoneInfo(DEFAULT_ZONE)


def local_now() -> datetime:
    """Tell the present moment in the person's zone."""
    return datetime.now(current_zone())


def today() -> date:
    """Tell which day it is where the person is."""
    return local_now().date()


def format_number(value: int | float | Decimal) -> str:
    """Write a number with the language's own separators."""
    if type(value) is int and -1_000 < value < 1_000:
        return str(value)  # no language separates these, and most numbers are that small
    return numbers.format_decimal(value, locale=_language())


def with_point(text: str) -> str:
    """Write a typed number with a point before its decimals.

    Args:
        text: what was typed. Where the reader's language has a comma before decimals, `1234,5`, `1.234,5` and
            `1 234,5` are one number; elsewhere a comma that can't stand between thousands is one before decimals too:
            `24,50`. What isn't a number in that way comes back as it is.
    """
    written = _WITH_COMMA if _has_comma() else _WITH_CLEAR_COMMA
    if not written.fullmatch(text.strip()):
        return text
    return _BETWEEN_THOUSANDS.sub("", text).replace(",", ".")


def typed_number(value: Decimal) -> str:
    """Write a number as it is typed into a field: no grouping, and its language's sign before decimals."""
    return format(value.normalize(), "f").replace(".", numbers.get_decimal_symbol(_language()))


def is_ambiguous(text: str) -> bool:
    """Tell whether a typed number is a thousand and more in the reader's language, and one and a bit to programs.

    Args:
        text: what was typed: `1.500` where a comma stands before decimals.
    """
    return _has_comma() and _WITH_ONE_POINT.fullmatch(text.strip()) is not None


def _has_comma() -> bool:
    return bool(numbers.get_decimal_symbol(_language()) == ",")


def format_compact(value: int | float | Decimal) -> str:
    """Write a number in few signs, as beside a chart: 57K, «57 χιλ.», „57 tys.”; millions with a decimal."""
    digits = 0 if -1_000_000 < value < 1_000_000 else 1
    return numbers.format_compact_decimal(value, fraction_digits=digits, locale=_language())


def format_percent(value: Decimal | float | int) -> str:
    """Write a percentage; the value is in percent, 62.5 for 62.5 %."""
    return numbers.format_percent(Decimal(str(value)) / 100, "#,##0.## %", locale=_language())


def format_amount(value: Decimal | None, currency: str = "EUR", *, whole: bool | None = None) -> str:
    """Write an amount of money; an en dash when there is none.

    Args:
        value: the amount in units of the currency.
        currency: ISO 4217 code.
        whole: leave the decimals out; by default when they are all zero.
    """
    if value is None:
        return "–"
    if whole is None:
        whole = value == value.to_integral_value()
    return _written_amount(value, currency, whole, _language())


def format_price(value: Decimal | None, currency: str) -> str:
    """Write the price of one unit with all the decimals that it has, at least those of its currency.

    Args:
        value: in units of the currency; an en dash when there is none.
        currency: ISO 4217 code.
    """
    if value is None:
        return "–"
    digits = -int(value.normalize().as_tuple().exponent)
    if digits <= numbers.get_currency_precision(currency):
        return format_amount(value, currency, whole=False)
    return _written_price(value, currency, digits, _language())


@lru_cache(maxsize=_REMEMBERED)
def _written_price(value: Decimal, currency: str, digits: int, language: str) -> str:
    pattern = Locale.parse(language).currency_formats["standard"].pattern.replace(".00", f".{'0' * digits}")
    text: str = numbers.format_currency(value, currency, format=pattern, locale=language, currency_digits=False)
    return _LETTER_BESIDE_DIGIT.sub("\N{NO-BREAK SPACE}", text.replace(currency, _symbol(currency, language)))


@lru_cache(maxsize=_REMEMBERED)
def _written_amount(value: Decimal, currency: str, whole: bool, language: str) -> str:
    text: str = numbers.format_currency(
        value.quantize(Decimal(1)) if whole else value,
        currency,
        locale=language,
        currency_digits=not whole,
        format=None if not whole else _whole_pattern(language),
    )
    return _LETTER_BESIDE_DIGIT.sub("\N{NO-BREAK SPACE}", text.replace(currency, _symbol(currency, language)))


@cache
def _symbol(currency: str, language: str) -> str:
    """Choose a currency's sign; where the language has none, the one of its own country: "zł" in English too."""
    signs = (numbers.get_currency_symbol(currency, locale=each) for each in (language, *LANGUAGES))
    return next((sign for sign in signs if sign != currency), currency)


@cache
def _whole_pattern(language: str) -> str:
    pattern: str = Locale.parse(language).currency_formats["standard"].pattern
    return pattern.replace(".00", "")


def format_day(value: date | datetime | None, width: str = "medium") -> str:
    """Write a day; a moment is first brought to the person's zone.

    Args:
        value: the day, or None for an en dash.
        width: `short`, `medium`, `long` or `full`, or a pattern of Unicode TR 35.
    """
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = value.astimezone(current_zone()).date()
    return _written_day(value, width, width == "medium" and value.year == today().year, _language())


@lru_cache(maxsize=_REMEMBERED)
def _written_day(value: date, width: str, of_this_year: bool, language: str) -> str:
    locale = _DAYS_LIKE.get(language, language)
    return str(dates.format_date(value, _pattern_without_year(locale) if of_this_year else width, locale=locale))


@cache
def _pattern_without_year(locale: str) -> str:
    skeletons = Locale.parse(locale).datetime_skeletons
    pattern: str = skeletons[dates.match_skeleton("dMMM", skeletons)].pattern
    return pattern


def format_time(value: datetime) -> str:
    """Write the time of day of a moment, in the person's zone, as 09:30."""
    return f"{value.astimezone(current_zone()):%H:%M}"  # all three languages write it alike


def name_zone() -> str:
    """Name the place whose time the person keeps: "Athens", "Αθήνα", "Ateny"."""
    return str(dates.get_timezone_location(current_zone(), locale=_language(), return_city=True))


def format_moment(value: datetime | None) -> str:
    """Write a moment, day and time, in the person's zone."""
    return "–" if value is None else f"{format_day(value)} {format_time(value)}"


def format_duration(value: timedelta) -> str:
    """Write how long something took: "48 seconds", "2 minutes"; what is shorter than a second is called one."""
    return str(dates.format_timedelta(max(value, timedelta(seconds=1)), threshold=2, locale=_language()))


def format_ago(value: datetime | date | None) -> str:
    """Write how far away a moment is: "in 3 days", "2 hours ago"; an en dash for none."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        delta: timedelta = value - datetime.now(UTC)
    else:
        delta = timedelta(days=(value - today()).days)
        if not delta:
            return _("today")
    return str(dates.format_timedelta(delta, add_direction=True, locale=_language()))


def plural_of(count: int, singular: str, plural: str) -> str:
    """Write a count with its noun in the right form."""
    return ngettext(singular, plural, count)


@cache
def time_zones() -> frozenset[str]:
    """Name the time zones that this machine knows; looking for them reads a thousand files."""
    return frozenset(available_timezones())
