"""Countries: ISO 3166-1 codes, their names in the person's language, and reading the names that files hold."""

import difflib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from babel import Locale
from flask_babel import get_locale

#: Languages whose names of countries are understood: ours first, then those that customers' files come in.
_READ_LANGUAGES: Final = ("en", "el", "pl", "de", "fr", "it", "es", "pt", "nl", "ro", "bg", "cs", "tr")
#: Names and codes that people use and that no list of names holds.
_ALIASES: Final = {
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "usa": "US", "us": "US",
    "america": "US", "united states of america": "US", "korea": "KR", "republic of korea": "KR", "holland": "NL",
    "czech republic": "CZ", "turkey": "TR", "russian federation": "RU", "hellas": "GR", "ellada": "GR", "el": "GR",
    "viet nam": "VN", "uae": "AE", "republic of ireland": "IE", "macedonia": "MK",
}  # fmt: skip
#: Codes of babel's list that are no countries: regions, the European Union, pseudo-territories.
_NO_COUNTRY: Final = frozenset({"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"})
#: How alike a misspelt name must be, from 0 to 1; "Philipines" is 0.95 like "Philippines".
_ALIKE: Final = 0.93


def country_names(language: str | None = None) -> Mapping[str, str]:
    """List all countries, code to name, in the order of the names.

    Args:
        language: of the names; by default the person's who is being answered.
    """
    return _names(language or str(get_locale() or "en"))


def country_name(code: str | None) -> str:
    """Name a country in the person's language; an unknown code names itself."""
    return country_names().get(code or "", code or "")


@lru_cache(maxsize=1_000)
def country_code(text: str) -> str | None:
    """Read a country from its code or its name in any of the languages that files come in.

    A slip of one letter in a long name is forgiven. None when nothing fits.
    """
    key = _key(text)
    if len(key) == 2 and key.upper() in _names("en"):
        return key.upper()
    return _ALIASES.get(key) or _readable().get(key) or _nearly(key)


@cache
def _names(language: str) -> Mapping[str, str]:
    territories = Locale.parse(language).territories
    names = {code: name for code, name in territories.items() if len(code) == 2 and code not in _NO_COUNTRY}
    return dict(sorted(names.items(), key=lambda item: _key(item[1])))


@cache
def _readable() -> Mapping[str, str]:
    readable: dict[str, str] = {}
    for language in _READ_LANGUAGES:
        for code, name in _names(language).items():
            readable.setdefault(_key(name), code)
    return readable


def _nearly(key: str) -> str | None:
    near = difflib.get_close_matches(key, _readable(), n=1, cutoff=_ALIKE) if len(key) > 5 else []
    return _readable()[near[0]] if near else None


def _key(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(plain.replace("ς", "σ").replace(".", "").split())
