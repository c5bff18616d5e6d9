"""What the index of words costs: nothing where no word that it holds has changed."""

from flask import Flask

from core.access import system_actor
from core.customers.operations import create_customer, update_customer
from core.database import db, write_unit
from core.records.operations import bin_record, restore_record
from core.records.registry import record_types
from core.search.index import search


def found(word: str) -> list[str]:
    return [hit.title for hit in search(system_actor(), word)]


def test_a_change_that_touches_no_word_leaves_the_index_alone(app: Flask, statements: list[str]) -> None:
    customer = create_customer(system_actor(), {"name": "Βακχική Οινοποιία"})
    statements.clear()
    update_customer(system_actor(), customer, {"street": "Μαιζώνος 12"})
    assert [each for each in statements if "core_search_entry" in each] == []
    assert found("vakxiki") == ["Βακχική Οινοποιία"]


def test_changes_of_one_unit_are_indexed_as_they_end(app: Flask) -> None:
    with write_unit():
        customer = create_customer(system_actor(), {"name": "First"})
        update_customer(system_actor(), customer, {"name": "Second"})
        update_customer(system_actor(), customer, {"street": "Elsewhere 1"})
    assert found("first") == []
    assert found("second") == ["Second"]


def test_the_bin_is_not_found_until_it_is_restored(app: Flask) -> None:
    customer = create_customer(system_actor(), {"name": "Passing"})
    customers = record_types.get("customer")
    assert customers is not None
    bin_record(system_actor(), customers, customer)
    assert found("passing") == []
    restore_record(system_actor(), customers, customer)
    assert found("passing") == ["Passing"]
    with write_unit():
        db.session.delete(db.session.merge(customer))
    assert found("passing") == []
