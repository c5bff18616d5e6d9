"""Letters on paper: their words, their pages, and what people wrote in them."""

from decimal import Decimal
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from core.i18n import _, format_amount, format_day, get_language
from core.users.company import set_company
from pelatis.api import (
    Letter,
    LetterColumn,
    LetterLine,
    LetterNote,
    LetterPart,
    LetterTotal,
    in_language,
    render_letter,
)

WORDS = {
    "en": ("Quote", "Copper cable, café", "Page 3 of 3"),
    "el": ("Προσφορά", "Χάλκινο καλώδιο ΆΈΉΊΌΎΏΐΰ ϊϋ", "Σελίδα 3 από 3"),
    "pl": ("Oferta", "Zażółć gęślą jaźń ŁÓDŹ", "Strona 3 z 3"),
}
COLUMNS = (LetterColumn("A", wide=True), LetterColumn("B", numeric=True))


def quote(language: str, lines: int = 75) -> Letter:
    title, thing, _page = WORDS[language]
    with in_language(language):
        amount = format_amount(Decimal("1234.5"), "EUR", whole=False)
    rows = [LetterLine([f"{thing} {number}", amount]) for number in range(lines)]
    part = LetterPart(COLUMNS, rows, totals=[LetterTotal("=", amount, strong=True)])
    return Letter(language, f"{title} Q-2026-0012", recipient=["Łódź Ένα"], facts=[("#", "1")], parts=[part])


def text_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


@pytest.mark.parametrize("language", ["en", "el", "pl"])
def test_letter_of_three_pages_says_every_word_in_its_language(app: Flask, language: str) -> None:
    title, thing, last_page = WORDS[language]
    first, second, third = text_of(render_letter(quote(language)))
    assert f"{title} Q-2026-0012" in first
    assert f"{thing} 0" in first
    assert f"{thing} 74" in third
    assert last_page in third
    for page in (first, second, third):
        assert "A B" in page  # the head of the table is repeated


def test_pdf_names_its_title_author_and_language(app: Flask) -> None:
    set_company(company_name="Αιγίς", legal_name="Αιγίς Εμπορική Α.Ε.")
    found = PdfReader(BytesIO(render_letter(quote("el", 1))))
    assert found.metadata is not None
    assert (found.metadata.title, found.metadata.author) == ("Προσφορά Q-2026-0012", "Αιγίς Εμπορική Α.Ε.")
    assert str(found.root_object["/Lang"]) == "el"


def test_same_letter_gives_the_same_bytes(app: Flask) -> None:
    assert render_letter(quote("pl", 3)) == render_letter(quote("pl", 3))


@pytest.mark.parametrize(
    "text",
    [
        '#panic() #eval("1+1") #{sys.inputs}',
        "$x^2$ and *bold* _low_ `code` = head",
        r"\ \n \u{41} // not /* a */ comment",
        "\"double\" 'single' <label> @reference [content]",
        "- item + item / term: text ~ --- ...",
        "{page} {pages} %(number)s {{ 7*7 }}",
        "https://example.org/" + "a" * 60,
    ],
)
def test_what_people_write_prints_as_it_stands(app: Flask, text: str) -> None:
    part = LetterPart(COLUMNS, [LetterLine([text, text], note=text), LetterLine([text], heading=True)], title=text)
    letter = Letter("en", text, [text], [(text, text)], text, [part], [LetterNote(text, text)], text)
    printed = "".join("".join(text_of(render_letter(letter))).split())
    assert printed.count("".join(text.split())) >= 11


def test_letters_of_other_scripts_pictures_and_endless_words_do_no_harm(app: Flask) -> None:
    text = "עברית العربية 😀 日本 \u202e abc " + "ΕΝΑ" * 2_000
    part = LetterPart(COLUMNS, [LetterLine([text, "1"])])
    printed = "".join(text_of(render_letter(Letter("el", "Τ", [text], intro=text, parts=[part]))))
    assert printed.count("Ν") == 6_000
    assert "abc" in printed  # nothing turned it round


def test_sums_and_taxes_stay_on_one_page(app: Flask) -> None:
    totals = [LetterTotal(f"sum {number}", "1") for number in range(6)]
    for lines in range(14, 26):
        rows = [LetterLine([str(number), ""]) for number in range(lines)]
        part = LetterPart(COLUMNS, rows, tax_columns=["VAT", "Net"], taxes=[["24 %", "1"]], totals=totals)
        pages = text_of(render_letter(Letter("en", "T", parts=[part])))
        assert [page.count("sum ") for page in pages if "sum " in page] == [6]


def test_a_short_part_stands_whole_on_one_page(app: Flask) -> None:
    for lines in range(18, 30):
        long = LetterPart(COLUMNS, [LetterLine([str(number), ""]) for number in range(lines)])
        short = LetterPart(
            COLUMNS, [LetterLine(["only line", ""])], title="Second set", totals=[LetterTotal("sum", "1", strong=True)]
        )
        pages = text_of(render_letter(Letter("en", "T", parts=[long, short])))
        assert [("Second set" in page, "only line" in page, "sum" in page) for page in pages if "sum" in page] == [
            (True, True, True)
        ]


def test_head_and_foot_tell_what_is_known_of_the_company_in_the_letters_language(app: Flask) -> None:
    set_company(
        company_name="Αιγίς", street="Ερμού 12", postal_code="105 63", city="Αθήνα", country="GR",
        tax_number="EL094014201", tax_office="ΔΟΥ Α΄ Αθηνών", bank_name="Τράπεζα", iban="GR16 0110 1250",
    )  # fmt: skip
    [greek] = text_of(render_letter(quote("el", 1)))
    [polish] = text_of(render_letter(quote("pl", 1)))
    assert "Ερμού 12\n105 63 Αθήνα\nΕλλάδα\nΑΦΜ: EL 094 014 201\nΔΟΥ: ΔΟΥ Α΄ Αθηνών" in greek
    assert "Τράπεζα · IBAN: GR16 0110 1250" in " ".join(greek.split())
    assert "Grecja" in polish


def test_another_language_is_spoken_for_a_while_only(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "pl"}):
        with in_language("el"):
            assert (get_language(), _("Save")) == ("el", "Αποθήκευση")
            assert format_amount(Decimal("1234.5"), "EUR") == "1.234,50\xa0€"
            with in_language("xx"):
                assert _("Save") == "Save"
            assert format_day(None) == "–"
            assert _("Save") == "Αποθήκευση"
        assert (get_language(), _("Save")) == ("pl", "Zapisz")
