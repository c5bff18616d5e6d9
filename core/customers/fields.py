"""Schema fields that only customers have."""

from collections.abc import Iterable, Mapping
from typing import Any

import marshmallow as ma
from flask_babel import get_locale

from core.customers.countries import country_code, country_names
from core.i18n import _
from core.records import fields

#: Where a national phone number without a country is dialled, by the language of whoever writes it.
_REGION_OF_LANGUAGE = {"pl": "PL"}


class Country(fields.Choice):
    """A country, kept by its ISO code; its name in many languages is understood."""

    def __init__(self, **options: Any) -> None:
        super().__init__(country_names, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        code = country_code(text)
        if code is None:
            raise ma.ValidationError(_("“%(text)s” isn't a country that we know. Write its two-letter code.", text=text))
        return code


class CustomerPhone(fields.Phone):
    """A phone number; a national one is read as of the customer's own country."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        country = data.get("country") if isinstance(data, Mapping) else None
        spoken = _REGION_OF_LANGUAGE.get(str(get_locale()), "GR")
        self.region = (country_code(str(country)) if country else None) or spoken
        return super()._deserialize(value, attr, data, **options)


class Words(fields.Tags):
    """Words on a record; a text of words with commas or semicolons between them is understood.

    Args:
        known: the words that have a label, value to label; labels are understood too.
    """

    def __init__(self, *, known: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.known = dict(known or {})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        words = value.replace(";", ",").split(",") if isinstance(value, str) else value
        if not isinstance(words, Iterable) or isinstance(words, Mapping):
            raise ma.ValidationError(_("This takes a list of words."))
        cleaned = [" ".join(word.split()) if isinstance(word, str) else word for word in words]
        loaded = super()._deserialize([word for word in cleaned if word != ""], attr, data, **options)
        return list(dict.fromkeys(self._value_of(word) for word in loaded))

    def _value_of(self, word: str) -> str:
        by_label = {str(label).casefold(): value for value, label in self.known.items()}
        return by_label.get(word.casefold(), word if not self.known else word.casefold().replace(" ", "_"))

    def label_of(self, word: str) -> str:
        """Name one of the words for people."""
        return str(self.known.get(word) or word.replace("_", " ") if self.known else word)
