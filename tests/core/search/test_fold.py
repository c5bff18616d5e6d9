"""What search takes for the same, and in which order names stand."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.search.fold import MOST_WORDS, fold, search_document, search_terms, sort_key

NAMES = Path(__file__).parents[3].parent / "shared" / "data" / "names"


def finds(query: str, *texts: str) -> bool:
    """Tell whether a query finds a record, the way the index asks: each word begins one of the document's."""
    document = search_document(*texts).split()
    return all(
        any(word.startswith(spelling) for spelling in spellings for word in document)
        for spellings in search_terms(query)
    )


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ελαιώνες", "ελαιωνεσ"),
        ("ΠΑΠΑΔΟΠΟΥΛΟΣ", "παπαδοπουλοσ"),
        ("Παπαδόπουλος", "παπαδοπουλοσ"),
        ("Προϊόν", "προιον"),
        ("Łódź", "lodz"),
        ("ŻÓŁĆ", "zolc"),
        ("Straße", "strasse"),
        ("Ærø, Đorđe, Œuvre", "aero, dorde, oeuvre"),
        ("İstanbul ılık", "istanbul ilik"),
        ("ﬁn ①", "fin 1"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(some.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("papadopoulos", "Παπαδόπουλος"),
        ("papadopulos", "Παπαδόπουλος"),
        ("παπαδοπουλος", "Παπαδόπουλος"),
        ("ΠΑΠΑΔΟΠΟΥΛΟΣ", "Παπαδόπουλος"),
        ("papado", "Παπαδόπουλος"),
        ("elaiones", "Ελαιώνες"),
        ("eleones", "Ελαιώνες"),
        ("elaiwnes", "Ελαιώνες"),
        ("lodz", "Łódź"),
        ("ŁÓDŹ", "Łódź"),
        ("wisniewski", "Wiśniewski"),
        ("thessaloniki", "Θεσσαλονίκη"),
        ("8essaloniki", "Θεσσαλονίκη"),
        ("xania", "Χανιά"),
        ("chania", "Χανιά"),
        ("hania", "Χανιά"),
        ("psyxi", "Ψύξη"),
        ("psiksi", "Ψύξη"),
        ("psyksi", "Ψύξη"),
        ("giorgos", "Γιώργος"),
        ("vasilis", "Βασίλης"),
        ("basilis", "Βασίλης"),
        ("filippos", "Φίλιππος"),
        ("philippos", "Φίλιππος"),
        ("oikonomou", "Οικονόμου"),
        ("ikonomou", "Οικονόμου"),
        ("eirini", "Ειρήνη"),
        ("irini", "Ειρήνη"),
        ("eyaggelia", "Ευαγγελία"),
        ("evangelia", "Ευαγγελία"),
        ("muller", "Müller"),
        ("patra elaiones", "Ελαιώνες Πελοποννήσου Πάτρα"),
    ],
)
def test_a_name_is_found_however_it_is_spelt(query: str, name: str) -> None:
    assert finds(query, name)


def test_other_names_are_not_found() -> None:
    assert not finds("papadakis", "Παπαδόπουλος")
    assert not finds("patra krakow", "Ελαιώνες, Πάτρα")
    assert not finds("lublin", "Łódź")


def test_a_word_is_found_while_it_is_typed() -> None:
    word = "παπαδοπουλος"
    assert all(finds(word[:length], "Παπαδόπουλος") for length in range(1, len(word)))


def test_a_query_of_signs_asks_for_nothing() -> None:
    assert search_terms("%_*\"' -") == []


def test_long_queries_are_cut() -> None:
    assert len(search_terms("word " * 100)) == MOST_WORDS


@given(some.text())
def test_terms_are_letters_and_digits_alone(query: str) -> None:
    assert all(term.isalnum() for terms in search_terms(query) for term in terms)


def test_order_is_that_of_the_alphabets() -> None:
    polish = ["lampa", "luk", "łapa", "mapa", "zebra", "źrebak", "żaba"]
    assert sorted(["żaba", *polish[:-1]], key=sort_key) == polish
    greek = ["Άγγελος", "αετός", "Βασίλης", "Ωμέγα"]
    assert sorted(["Ωμέγα", *greek[:-1]], key=sort_key) == greek
    assert sorted(["Ωμέγα", "Zebra", "abc"], key=sort_key) == ["abc", "Zebra", "Ωμέγα"]


def _names(country: str) -> Iterator[tuple[str, str]]:
    for file in sorted(NAMES.glob("common-*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                if row["Country"] == country and not row["Localized Name"].isascii():
                    yield row["Localized Name"], row["Romanized Name"]


@pytest.mark.skipif(not NAMES.is_dir(), reason="../shared/data/names is not there")
@pytest.mark.parametrize("country", ["GR", "CY", "PL"])
def test_common_names_are_found_without_accents_and_in_latin_letters(country: str) -> None:
    names = list(_names(country))
    assert len(names) >= 10
    missed = [(name, latin) for name, latin in names if not (finds(latin, name) and finds(fold(name), name))]
    assert missed in ([], [("Γεωργία", "Gogo")])  # a pet name, not a spelling
