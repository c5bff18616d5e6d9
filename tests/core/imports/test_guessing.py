"""Which column is which field, in files that other programs wrote."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from core.imports import guessing, operations
from core.imports.guessing import day_order, guess_columns
from core.imports.reading import find_shape, headings
from core.records.registry import record_types

DATA = Path(__file__).parents[3].parent / "shared" / "data"

pytestmark = pytest.mark.usefixtures("app")


def guesses(key: str, path: Path) -> Mapping[str, tuple[str, str]]:
    record_type = record_types.get(key)
    assert record_type is not None
    shape = find_shape(path)
    found = guess_columns(record_type, headings(path, shape), operations.preview(path, shape))
    return {guess.column: (guess.field, guess.certainty) for guess in found}


def guess(key: str, **columns: list[str]) -> Mapping[str, tuple[str, str]]:
    record_type = record_types.get(key)
    assert record_type is not None
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return {each.column: (each.field, each.certainty) for each in guess_columns(record_type, list(columns), rows)}


MAPPINGS = [
    (
        "act_contacts_cp1253.csv",
        "customer",
        {
            "Company": "name", "Address 1": "street", "City": "city", "Zip": "postcode", "Country": "country",
            "Phone": "phone", "E-mail": "email", "Web Site": "website", "Number of Employees": "employees",
        },
    ),
    ("dynamics_leads.csv", "sales.lead", {"Full Name": "name", "Company Name": "company", "Status Reason": "status"}),
    (
        "google_contacts.csv",
        "customer",
        {
            "First Name": "given_name", "Last Name": "family_name", "Organization Name": "parent", "Notes": "note",
            "Labels": "tags", "E-mail 1 - Value": "email", "Phone 1 - Value": "phone",
        },
    ),
    (
        "hubspot_companies.csv",
        "customer",
        {"Company name": "name", "Company owner": "owner", "Company Domain Name": "website"},
    ),
    (
        "hubspot_contacts.csv",
        "customer",
        {
            "First Name": "given_name", "Last Name": "family_name", "Email": "email", "Phone Number": "phone",
            "Contact owner": "owner", "Associated Company": "parent", "Country/Region": "country",
        },
    ),
    (
        "hubspot_deals.csv",
        "sales.opportunity",
        {
            "Deal Name": "name", "Deal Stage": "stage", "Amount": "amount", "Close Date": "closed_on",
            "Deal owner": "owner",
        },
    ),
    (
        "outlook_contacts_utf16.csv",
        "customer",
        {
            "First Name": "given_name", "Last Name": "family_name", "Company": "parent", "Business Street": "street",
            "Business City": "city", "Business Postal Code": "postcode", "Business Country/Region": "country",
            "Business Phone": "phone", "E-mail Address": "email", "Notes": "note", "Web Page": "website",
        },
    ),
    (
        "pipedrive_deals_cp1250_semicolon.csv",
        "sales.opportunity",
        {
            "Deal - Title": "name", "Deal - Value": "amount", "Deal - Stage (pipeline)": "stage",
            "Deal - Lost reason": "lost_reason", "Deal - Expected close date": "expected_close_on",
            "Deal - Owner": "owner",
        },
    ),
    (
        "pipedrive_sample_style.csv",
        "customer",
        {
            "Person - Name*": "name", "Person - First name": "given_name", "Person - Last name": "family_name",
            "Person - Phone": "phone", "Organization - Address": "street",
        },
    ),
    (
        "salesforce_contacts_report_latin1.csv",
        "customer",
        {
            "Account Name": "parent", "First Name": "given_name", "Last Name": "family_name", "Email": "email",
            "Phone": "phone", "Mailing Street": "street", "Mailing City": "city",
            "Mailing Zip/Postal Code": "postcode", "Mailing Country": "country", "Description": "note",
        },
    ),
    (
        "salesforce_dataexport_Contact.csv",
        "customer",
        {
            "LastName": "family_name", "FirstName": "given_name", "MailingStreet": "street", "MailingCity": "city",
            "MailingPostalCode": "postcode", "MailingCountry": "country", "Phone": "phone", "Email": "email",
        },
    ),
]  # fmt: skip
#: Columns that must stay behind: other systems' ids and bookkeeping.
LEFT_BEHIND = {
    "(Do Not Modify) Lead", "(Do Not Modify) Row Checksum", "(Do Not Modify) Modified On", "Record ID", "Id",
    "IsDeleted", "MasterRecordId", "AccountId", "OwnerId", "Associated Company IDs", "Associated Contact IDs",
    "Fax", "Email Opt Out", "Birthdate",
}  # fmt: skip


@pytest.mark.skipif(not (DATA / "crm-exports").is_dir(), reason="../shared/data/crm-exports is not there")
@pytest.mark.parametrize(("file", "key", "mapping"), MAPPINGS, ids=[each[0] for each in MAPPINGS])
def test_exports_of_other_systems_are_understood(file: str, key: str, mapping: Mapping[str, str]) -> None:
    found = guesses(key, DATA / "crm-exports" / file)
    assert {column: found[column][0] for column in mapping} == mapping
    assert not {column for column in LEFT_BEHIND & found.keys() if found[column][0]}


def test_headings_are_known_in_greek_and_polish() -> None:
    greek = guess(
        "customer",
        ΕΠΩΝΥΜΙΑ=["Ελαιώνες"],
        ΑΦΜ=["123456783"],
        ΠΟΛΗ=["Πάτρα"],
        ΤΗΛ1=["2610437221"],
        Χώρα=["GR"],
    )
    assert [field for field, _word in greek.values()] == ["name", "tax_number", "city", "phone", "country"]
    polish = guess("customer", **{"Nazwa firmy": ["Żabka"], "NIP": ["1"], "Miasto": ["Łódź"], "Kod pocztowy": ["90"]})
    assert [field for field, _word in polish.values()] == ["name", "tax_number", "city", "postcode"]


def test_certainty_is_told_in_words() -> None:
    found = guess(
        "customer",
        **{
            "Name": ["Ελαιώνες", "Żabka"],
            "Main city": ["Πάτρα", "Łódź"],
            "Customer since": ["03/04/2026", "05/06/2026"],
            "KOD_OLD": ["000123", "000124"],
        },
    )
    assert found == {
        "Name": ("name", "certain"),
        "Main city": ("city", "likely"),
        "Customer since": ("since", "asks"),
        "KOD_OLD": ("", "none"),
    }


def test_values_speak_where_headings_do_not() -> None:
    found = guess("customer", **{"Name": ["A"], "Column 2": ["a@example.org"], "Column 3": ["+30 2610 437221"]})
    assert found["Column 2"] == ("email", "likely")
    assert found["Column 3"] == ("phone", "likely")


def test_values_that_do_not_fit_make_a_guess_less_sure() -> None:
    assert guess("customer", Name=["A"], Employees=["many"])["Employees"] == ("employees", "likely")


def test_each_field_is_given_once() -> None:
    found = guess("customer", Company=["A"], Name=["B"], Account=["C"])
    assert [field for field, _word in found.values()].count("name") == 1


def test_only_our_own_ids_are_ids() -> None:
    ours = "0191d2a1-0000-7000-8000-000000000001"
    assert guess("customer", id=[ours], name=["A"])["id"] == ("id", "certain")
    assert guess("customer", id=["17"], name=["A"])["id"] == ("", "none")


@pytest.mark.parametrize(
    ("values", "counts", "doubtful", "order"),
    [
        (["03/04/2026", "05/06/2026"], (0, 0, 2), True, "dmy"),
        (["03/04/2026", "13/06/2026"], (1, 0, 1), False, "dmy"),
        (["03/04/2026", "06/13/2026"], (0, 1, 1), False, "mdy"),
        (["13/04/2026", "06/13/2026", "1/2/2026"], (1, 1, 1), True, "dmy"),
        (["2026-04-03", "05/05/2026", "x"], (0, 0, 0), False, "dmy"),
    ],
)
def test_order_of_days_is_told_or_asked(
    values: list[str], counts: tuple[int, int, int], doubtful: bool, order: str
) -> None:
    found = day_order(values)
    assert (found.day_first, found.month_first, found.both) == counts
    assert found.is_doubtful is doubtful
    assert doubtful or found.order == order


def test_decimals_are_told_by_all_numbers_of_a_file() -> None:
    customers = record_types.get("customer")
    assert customers is not None
    rows = [{"Turnover": "1.240"}, {"Turnover": "1.240,50"}]
    assert guessing.numbers_style(customers, {"Turnover": "annual_revenue"}, rows) == ","


@pytest.mark.parametrize("day", ["2026-04-03", "03/04/2026", "3.4.2026", "2026-04-03 10:15"])
def test_a_column_of_days_is_no_phone_number(day: str) -> None:
    assert guess("customer", name=["A"], Visited=[day])["Visited"] == ("", "none")
    assert guess("customer", name=["A"], Reached=["+30 261 043 7221"])["Reached"] == ("phone", "likely")


def test_a_column_of_offices_says_where_new_teams_belong() -> None:
    found = guess("user", sales_agent=["Anna"], manager=["Dustin"], regional_office=["Central"])
    assert [field for field, _word in found.values()] == ["name", "team", "team.parent"]
