"""Schema fields that only customers have."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import marshmallow as ma

from core.customers.countries import country_code, country_name, country_names
from core.customers.tax import written_tax_number
from core.i18n import _, get_language
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
            raise ma.ValidationError(
                _("“%(text)s” isn't a country that we know. Write its two-letter code.", text=text)
            )
        return code


class TaxNumberText(fields.WritesItself, fields.String):
    """A tax number; its check digits are looked at together with the country, in the operation."""

    def written(self, value: Any) -> str:
        """Write it with its country's prefix and in groups."""
        return written_tax_number(str(value))


class CustomerPhone(fields.WritesItself, fields.Phone):
    """A phone number; a national one is read as of the customer's own country."""

    reads_alike = False

    def written(self, value: Any) -> str:
        """Write it as it is dialled from abroad: `+30 261 043 7221`."""
        return written_phone(str(value))

    def region_of(self, data: Any) -> str:
        """Give the country that it was sent with; where there is none, that of the reader's language."""
        country = data.get("country") if isinstance(data, Mapping) else None
        return (country_code(str(country)) if country else None) or _REGION_OF_LANGUAGE.get(get_language(), self.region)


class Words(fields.WritesItself, fields.Tags):
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
        return list(dict.fromkeys(self._value_of(str(word)) for word in loaded))

    def _value_of(self, word: str) -> str:
        by_label = {str(label).casefold(): value for value, label in self.known.items()}
        return by_label.get(word.casefold(), word if not self.known else word.casefold().replace(" ", "_"))

    def written(self, value: Any) -> str:
        """List the words by their labels."""
        return ", ".join(str(self.known.get(word) or word.replace("_", " ")) for word in value)


class Countries(fields.OfASet, Words):
    """Countries, kept by their ISO codes; their names in many languages are understood."""

    control = "choices"
    _choices = staticmethod(country_names)

    def _value_of(self, word: str) -> str:
        code = country_code(word)
        if code is None:
            raise ma.ValidationError(
                _("“%(text)s” isn't a country that we know. Write its two-letter code.", text=word)
            )
        return code

    def written(self, value: Any) -> str:
        """List the countries by name."""
        return ", ".join(country_name(code) for code in value)


@lru_cache(maxsize=4_096)
def written_phone(number: str) -> str:
    """Write an E.164 number in its country's groups: `+30 261 043 7221`; anything else stays as it is."""
    import phonenumbers  # heavy, and most requests need none

    try:
        return str(phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL))
    except phonenumbers.NumberParseException:
        return number
