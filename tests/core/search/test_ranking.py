"""What is nearest to the words that were typed comes first."""

from typing import Any

import pytest
from flask import Flask

from core.access import system_actor
from core.customers.records import CUSTOMERS
from core.records.operations import create_record
from core.search.index import search
from core.users.operations import create_user


def make(**values: Any) -> None:
    create_record(system_actor(), CUSTOMERS, {"kind": "organisation", **values})


def found(query: str, limit: int = 8) -> list[str]:
    return [hit.title for hit in search(system_actor(), query, keys=["customer"], limit=limit)]


@pytest.mark.parametrize("query", ["lodz", "Łódź"])
def test_a_name_comes_before_a_city(app: Flask, query: str) -> None:
    make(name="Hurtownia Kowalski", city="Łódź")
    make(name="Sklepy Łódź")
    make(name="Łódź Foods", city="Warszawa")
    assert found(query) == ["Łódź Foods", "Sklepy Łódź", "Hurtownia Kowalski"]


@pytest.mark.parametrize("query", ["elaiones", "ελαιωνες", "ΕΛΑΙΏΝΕΣ"])
def test_greek_names_are_near_in_greeklish_too(app: Flask, query: str) -> None:
    make(name="Νίκος Παππάς", email="nikos@elaiones.example")
    make(name="Πρώτοι Ελαιώνες Ηλείας")
    make(name="Ελαιώνες Πύργου")
    assert found(query)[:2] == ["Ελαιώνες Πύργου", "Πρώτοι Ελαιώνες Ηλείας"]


def test_the_nearest_is_found_among_many(app: Flask) -> None:
    for number in range(10):
        make(name=f"Hurtownia {number}", city="Łódź")
    make(name="Sklepy Łódź")
    assert found("lodz", limit=4)[0] == "Sklepy Łódź"
    assert len(found("lodz", limit=4)) == 4


def test_a_repeated_letter_finds_nothing_else(app: Flask) -> None:
    make(name="Kawiarnia Rynek")
    assert found("qqqqqq") == []
    assert found("k") == ["Kawiarnia Rynek"]


def test_what_is_written_so_comes_before_what_sounds_so(app: Flask) -> None:
    make(name="Ελένη Δούκα")
    make(name="Πρώτοι Ελαιώνες")
    make(name="Ελαιώνες Πύργου")
    assert found("elai") == ["Ελαιώνες Πύργου", "Πρώτοι Ελαιώνες", "Ελένη Δούκα"]


def test_the_type_whose_hit_is_nearest_comes_first(app: Flask) -> None:
    create_user(system_actor(), {"name": "Ελένη Δούκα", "email": "eleni@aigis.example"})
    make(name="Ελαιώνες Πύργου")
    assert [hit.title for hit in search(system_actor(), "elai")] == ["Ελαιώνες Πύργου", "Ελένη Δούκα"]
