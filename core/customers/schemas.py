"""The one description of customers and their parts, for forms, API, import and export."""

from collections.abc import Mapping
from typing import Any, Final

import marshmallow as ma
from babel import Locale
from flask_babel import get_locale
from marshmallow.validate import Length, Range

from core.customers.fields import Country, CustomerPhone, TaxNumberText, Words
from core.customers.kinds import CONTACT_KINDS, KINDS, ROLES
from core.customers.models import ORGANISATION
from core.i18n import CURRENCIES, _l, today
from core.records import fields
from core.records.fields import RecordSchema

#: Languages in which a company writes to its customers.
LANGUAGES: Final = (
    "el", "pl", "en", "ar", "bg", "cs", "da", "de", "es", "et", "fi", "fr", "hr", "hu", "it", "ja", "lt", "lv", "nl",
    "no", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk", "zh",
)  # fmt: skip


def language_names() -> Mapping[str, str]:
    """List the languages that customers are written to in, code to name."""
    names = Locale.parse(str(get_locale() or "en")).languages
    return {code: str(names.get(code, code)) for code in LANGUAGES}


def currency_names() -> Mapping[str, str]:
    """List the currencies by their codes."""
    return {code: code for code in CURRENCIES}


def _not_in_future(year: int) -> None:
    Range(min=1000, max=today().year)(year)


class CustomerSchema(RecordSchema):
    """A customer: organisation or person."""

    kind = fields.Choice(KINDS, label=_l("Kind"), load_default=ORGANISATION, import_names=("type", "τύπος", "rodzaj"))
    name = fields.String(
        required=True,
        validate=Length(max=200),
        label=_l("Name"),
        sort_column="name_key",
        import_names=(
            "account", "account name", "company", "company name", "company / account", "organization",
            "organization name", "organisation", "customer", "full name", "display name", "file as",
            "επωνυμία", "όνομα", "ονοματεπώνυμο", "εταιρεία", "πελάτης", "nazwa", "nazwa firmy", "firma", "klient",
        ),
    )  # fmt: skip
    legal_name = fields.String(
        validate=Length(max=200),
        label=_l("Legal name"),
        import_names=("legal name", "νομική επωνυμία", "πλήρης επωνυμία", "pełna nazwa", "nazwa prawna"),
    )
    given_name = fields.String(
        validate=Length(max=100),
        label=_l("Given name"),
        import_names=("first name", "firstname", "given name", "μικρό όνομα", "imię"),
    )
    family_name = fields.String(
        validate=Length(max=100),
        label=_l("Family name"),
        import_names=("last name", "lastname", "surname", "family name", "επώνυμο", "nazwisko"),
    )
    roles = Words(
        known=ROLES, label=_l("Roles"), load_default=lambda: ["prospect"], import_names=("role", "ρόλος", "rola")
    )
    tags = Words(
        label=_l("Tags"),
        load_default=list,
        import_names=("tag", "labels", "categories", "κατηγορία", "κατηγ", "ετικέτες", "grupa", "etykiety"),
    )
    tax_number = TaxNumberText(
        validate=Length(max=32),
        label=_l("Tax number"),
        import_names=(
            "vat", "vat number", "vat id", "tax id", "tin", "αφμ", "α.φ.μ.", "nip", "numer nip", "regon/nip",
        ),
    )  # fmt: skip
    email = fields.Email(
        validate=Length(max=254),
        label=_l("Mail"),
        import_names=(
            "email",
            "e-mail",
            "email address",
            "mail",
            "e-mail 1 - value",
            "ηλεκτρονικό ταχυδρομείο",
            "poczta",
        ),
    )
    phone = CustomerPhone(
        label=_l("Phone"),
        import_names=(
            "phone", "telephone", "phone number", "tel", "mobile", "business phone", "work phone", "phone 1 - value",
            "τηλ", "τηλ.", "τηλέφωνο", "κινητό", "telefon", "numer telefonu",
        ),
    )  # fmt: skip
    website = fields.Url(
        validate=Length(max=300),
        label=_l("Website"),
        import_names=(
            "web", "web site", "web page", "url", "company domain name", "ιστοσελίδα", "ιστότοπος", "strona www", "www",
        ),
    )  # fmt: skip
    street = fields.String(
        validate=Length(max=200),
        label=_l("Street"),
        import_names=(
            "address", "street address", "billing street", "mailing street", "business street", "address 1",
            "διεύθυνση", "οδός", "ulica", "adres",
        ),
    )  # fmt: skip
    postcode = fields.String(
        validate=Length(max=20),
        label=_l("Postcode"),
        import_names=("zip", "zip code", "postal code", "mailing postal code", "τκ", "τ.κ.", "kod pocztowy", "kod"),
    )
    city = fields.String(
        validate=Length(max=100),
        label=_l("City"),
        import_names=("town", "billing city", "mailing city", "business city", "πόλη", "miasto", "miejscowość"),
    )
    country = Country(
        label=_l("Country"),
        import_names=(
            "office_location",
            "office location",
            "country/region",
            "billing country",
            "χώρα",
            "kraj",
            "państwo",
        ),
    )
    language = fields.Choice(language_names, label=_l("Language"), import_names=("γλώσσα", "język"))
    industry = fields.String(
        validate=Length(max=80), label=_l("Industry"), import_names=("sector", "κλάδος", "branża", "sektor")
    )
    founded_year = fields.Integer(
        validate=_not_in_future,
        label=_l("Founded"),
        help=_l("The year, as 1996."),
        import_names=("year_established", "year established", "year founded", "έτος ίδρυσης", "rok założenia"),
    )
    employees = fields.Integer(
        validate=Range(min=0, max=10_000_000),
        label=_l("Employees"),
        import_names=("number of employees", "no. of employees", "employee count", "εργαζόμενοι", "liczba pracowników"),
    )
    annual_revenue = fields.Money(
        validate=Range(min=0),
        label=_l("Annual revenue"),
        import_names=("revenue", "turnover", "κύκλος εργασιών", "τζίρος", "przychód", "obroty"),
    )
    currency = fields.Choice(currency_names, label=_l("Currency"), import_names=("νόμισμα", "waluta"))
    parent = fields.Related(
        "customer",
        label=_l("Belongs to"),
        import_names=("subsidiary_of", "parent", "parent account", "parent company", "μητρική", "spółka matka"),
    )
    territory = fields.Related(
        "territory", label=_l("Territory"), import_names=("region", "sales region", "περιοχή", "rejon", "terytorium")
    )
    territory_pinned = fields.Boolean(
        label=_l("Keep the territory"),
        help=_l("No rule changes it. It is ticked by itself when somebody chooses a territory."),
        load_default=False,
        allow_none=False,
    )
    since = fields.Date(
        label=_l("Customer since"), import_names=("customer since", "πελάτης από", "klient od", "since")
    )
    note = fields.Text(
        validate=Length(max=10_000),
        label=_l("About"),
        import_names=("description", "notes", "περιγραφή", "σημειώσεις", "opis", "παρατηρήσεις", "παρατ", "uwagi"),
    )

    @ma.pre_load
    def name_of_person(self, data: Mapping[str, Any], **_options: Any) -> Mapping[str, Any]:
        """Name a person by given and family name where nothing else names them."""
        if data.get("name") or not (data.get("given_name") or data.get("family_name")) or self.partial:
            return data
        parts = [str(data.get(key) or "").strip() for key in ("given_name", "family_name")]
        return {**data, "name": " ".join(part for part in parts if part), "kind": data.get("kind") or "person"}


class ContactPointSchema(RecordSchema):
    """A further way to reach a customer."""

    customer = fields.Related("customer", required=True, label=_l("Customer"))
    kind = fields.Choice(CONTACT_KINDS, required=True, label=_l("Kind"))
    value = fields.String(required=True, validate=Length(max=300), label=_l("Number or address"))
    normalised = fields.String(dump_only=True, label=_l("As compared"))
    label = fields.String(validate=Length(max=60), label=_l("What for"))


class AddressSchema(RecordSchema):
    """A further address of a customer."""

    customer = fields.Related("customer", required=True, label=_l("Customer"))
    label = fields.String(validate=Length(max=60), label=_l("What for"))
    street = fields.String(validate=Length(max=200), label=_l("Street"))
    postcode = fields.String(validate=Length(max=20), label=_l("Postcode"))
    city = fields.String(validate=Length(max=100), label=_l("City"))
    country = Country(label=_l("Country"))


class RelationshipSchema(RecordSchema):
    """What one customer is to another."""

    from_customer = fields.Related("customer", required=True, label=_l("From"), column="from_id")
    to_customer = fields.Related("customer", required=True, label=_l("To"), column="to_id")
    kind = fields.String(required=True, validate=Length(max=40), label=_l("Relation"))
    title = fields.String(validate=Length(max=120), label=_l("Job title"))
    since = fields.Date(label=_l("Since"))
    until = fields.Date(label=_l("Until"))
