"""vCards as phones, Outlook, Apple and Google write them become customers, people and companies."""

from pathlib import Path

import pytest

from core.access import system_actor
from core.customers.records import CUSTOMERS
from core.exports.writing import write_export
from core.imports import trials
from core.imports.examining import examine
from core.imports.reading import FileRow, find_shape, headings, read_rows
from core.imports.running import Tally
from core.imports.vcards import COLUMNS
from core.problems import Problem
from core.records.queries import ListQuery
from core.users.records import USERS

from .conftest import Bring, Take
from .test_running import belongs_to, customers

#: As old phones and Outlook write it: letters quoted as printable ones, lines that go on behind a `=`.
OLD = """BEGIN:VCARD\r
VERSION:2.1\r
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=CE=94=CE=BF=CF=8D=CE=BA=CE=B1;=CE=95=CE=BB=CE=AD=CE=BD=CE=B7;;;\r
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=CE=95=CE=BB=CE=AD=CE=BD=CE=B7 =\r
=CE=94=CE=BF=CF=8D=CE=BA=CE=B1\r
TEL;WORK;FAX:+30 2610 000000\r
TEL;CELL:+30 694 444 4444\r
EMAIL;INTERNET:old@example.org\r
EMAIL;PREF;INTERNET:Eleni@example.org\r
ORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=CE=95=CE=BB=CE=B1=CE=B9=CF=8E=CE=BD=CE=B5=CF=82;Sales\r
END:VCARD\r
"""
#: As Apple's address book writes a company: groups, a folded picture, no name of a person.
APPLE = """BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//iPhone OS 17//EN
N:;;;;
FN:Ελαιώνες
ORG:Ελαιώνες;
item1.TEL;type=WORK;type=pref:2610 437 221
item2.ADR;type=WORK;type=pref:;;Μαιζώνος 1;Πάτρα;;262 21;Ελλάδα
item2.X-ABADR:gr
NOTE:Λάδι\\, ελιές\\nκαι σαπούνι
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD
 ABCDEFGHIJKLMNOPQRSTUVWXYZ
X-ABShowAs:COMPANY
CATEGORIES:oil,Πελάτες
END:VCARD
"""
NEW = """BEGIN:VCARD
VERSION:4.0
KIND:org
FN:Żabka Sp. z o.o.
TEL;VALUE=uri;PREF=2:tel:+48-22-555-0199
TEL;VALUE=uri;PREF=1:tel:+48-22-555-0100
EMAIL:biuro@zabka.example
URL:https://zabka.example
ADR:;;ul. Długa 1;Łó
 dź;;90-001;Polska
END:VCARD
"""


def read(path: Path, text: str | bytes, name: str = "cards.vcf") -> list[FileRow]:
    file = path / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_rows(file, find_shape(file)))


def filled(row: FileRow) -> dict[str, str]:
    return {name: value for name, value in row.cells.items() if value}


def test_a_card_of_2_1_with_quoted_letters_is_a_person_of_a_company(tmp_path: Path) -> None:
    [row] = read(tmp_path, OLD)
    assert filled(row) == {
        "kind": "person", "name": "Ελένη Δούκα", "given_name": "Ελένη", "family_name": "Δούκα", "parent": "Ελαιώνες",
        "email": "Eleni@example.org", "phone": "+30 694 444 4444",
    }  # fmt: skip


def test_a_card_of_apple_s_address_book_is_a_company_without_its_picture(tmp_path: Path) -> None:
    [row] = read(tmp_path, APPLE)
    assert filled(row) == {
        "kind": "organisation", "name": "Ελαιώνες", "phone": "2610 437 221", "street": "Μαιζώνος 1", "city": "Πάτρα",
        "postcode": "262 21", "country": "Ελλάδα", "tags": "oil, Πελάτες", "note": "Λάδι, ελιές\nκαι σαπούνι",
    }  # fmt: skip


def test_a_card_of_4_0_has_links_for_numbers_and_words_folded_in_the_middle(tmp_path: Path) -> None:
    [row] = read(tmp_path, NEW)
    assert filled(row) == {
        "kind": "organisation", "name": "Żabka Sp. z o.o.", "phone": "+48-22-555-0100", "street": "ul. Długa 1",
        "email": "biuro@zabka.example", "website": "https://zabka.example", "city": "Łódź", "postcode": "90-001",
        "country": "Polska",
    }  # fmt: skip


@pytest.mark.parametrize("page", ["cp1253", "utf-16", "utf-8-sig"])
def test_cards_in_another_encoding_are_known_without_their_ending(tmp_path: Path, page: str) -> None:
    assert [row.cells["name"] for row in read(tmp_path, APPLE.encode(page), "contacts.txt")] == ["Ελαιώνες"]


def test_a_damaged_card_takes_no_other_with_it(tmp_path: Path) -> None:
    broken = "BEGIN:VCARD\nVERSION:3.0\nFN:Open\nBEGIN:VCARD\nnonsense\nEND:VCARD\n"
    rows = read(tmp_path, OLD + broken + NEW)
    assert [(row.number, row.damage) for row in rows] == [
        (1, ""), (12, "This card doesn't end."), (15, "This card can't be read."), (18, ""),
    ]  # fmt: skip
    assert headings(tmp_path / "cards.vcf", find_shape(tmp_path / "cards.vcf")) == list(COLUMNS)


@pytest.mark.usefixtures("app")
def test_cards_become_customers_and_a_person_belongs_to_the_company_of_another_card(bring: Bring, take: Take) -> None:
    draft = take("customer", OLD + APPLE + NEW, "επαφές.vcf")
    assert examine(system_actor(), draft).names == []
    assert trials.try_out(system_actor(), draft).tally["created"] == 3
    _job, tally = bring("customer", OLD + APPLE + NEW, "επαφές.vcf")
    assert tally == Tally(created=3)
    made = customers()
    assert (made["Ελένη Δούκα"].kind, made["Ελένη Δούκα"].email) == ("person", "eleni@example.org")
    assert belongs_to("Ελένη Δούκα") == "Ελαιώνες"
    assert (made["Ελαιώνες"].phone, made["Ελαιώνες"].country) == ("+302610437221", "GR")
    assert (made["Żabka Sp. z o.o."].phone, made["Żabka Sp. z o.o."].country) == ("+48225550100", "PL")


@pytest.mark.usefixtures("app")
def test_customers_that_are_written_as_cards_are_read_as_they_were(bring: Bring, tmp_path: Path) -> None:
    bring("customer", OLD + APPLE + NEW, "first.vcf")
    target = tmp_path / "customers.vcf"
    assert write_export(system_actor(), CUSTOMERS, ListQuery(), "vcf", target) == 3
    written = target.read_bytes()
    assert written.count(b"BEGIN:VCARD\r\nVERSION:3.0\r\n") == 3
    assert {row.cells["name"] for row in read_rows(target, find_shape(target))} == set(customers())
    assert bring("customer", written, "again.vcf")[1] == Tally(skipped=3)


@pytest.mark.usefixtures("app")
def test_only_customers_are_written_as_cards(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="Only customers are written as vCards"):
        write_export(system_actor(), USERS, ListQuery(), "vcf", tmp_path / "people.vcf")
