"""The rules of customers: what is kept, what is refused, what others may not learn."""

import csv
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.access import Actor, Kind, Scope, acting_as, system_actor
from core.customers import operations, queries
from core.customers.models import ContactPoint, Customer, Relationship
from core.customers.records import CUSTOMERS
from core.database import db, write_unit
from core.problems import Problem
from core.records.history import undo_transaction
from core.records.operations import create_record, update_record
from core.records.queries import ListQuery, list_records
from core.tags.index import words_in_use

ACCOUNTS = Path(__file__).parents[3].parent / "shared" / "data" / "crm-sales-opportunities" / "accounts.csv"

pytestmark = pytest.mark.usefixtures("app")


def make(**values: Any) -> Customer:
    customer: Customer = create_record(system_actor(), CUSTOMERS, {"name": "Ελαιώνες Α.Ε.", **values})
    return customer


def seller(user_id: uuid.UUID) -> Actor:
    grants = {f"customer.{action}": Scope.own for action in ("view", "create", "edit", "delete")}
    return Actor(Kind.staff, user_id=user_id, grants=grants)


def user(name: str) -> uuid.UUID:
    from core.users.models import User

    with write_unit() as session:
        person = User(name=name, email=f"{name}@example.org", active=True)
        session.add(person)
        session.flush()
        return person.id


def names(actor: Actor | None = None, **options: Any) -> list[str]:
    return [each.name for each in list_records(actor or system_actor(), CUSTOMERS, ListQuery(**options)).items]


def test_values_are_kept_in_one_form() -> None:
    customer = make(
        country="Ελλάδα",
        phone="2610 437 221",
        email=" Info@Elaiones.GR ",
        tax_number="123 456 783",
        website="elaiones.gr",
    )
    assert customer.country == "GR"
    assert customer.phone == "+302610437221"
    assert customer.email == "info@elaiones.gr"
    assert customer.tax_number == "EL123456783"
    assert customer.website == "https://elaiones.gr"


def test_national_phone_number_is_read_as_of_the_customers_country() -> None:
    assert make(country="Polska", phone="22 123 45 67").phone == "+48221234567"


def test_wrong_check_digit_is_refused_where_the_rule_is_known() -> None:
    with pytest.raises(Problem) as refused:
        make(country="GR", tax_number="123456789")
    assert list(refused.value.fields) == ["tax_number"]


def test_tax_number_of_a_country_without_a_known_rule_is_kept() -> None:
    assert make(country="US", tax_number="77-1234567").tax_number == "771234567"


def test_unknown_country_says_what_to_write() -> None:
    with pytest.raises(Problem) as refused:
        make(country="Narnia")
    assert "Narnia" in refused.value.fields["country"][0]


def test_unknown_field_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        make(shoe_size="44")
    assert "shoe_size" in refused.value.fields


def test_person_is_named_by_given_and_family_name() -> None:
    person: Customer = create_record(system_actor(), CUSTOMERS, {"given_name": "Δήμητρα", "family_name": "Αναγνώστου"})
    assert (person.name, person.kind) == ("Δήμητρα Αναγνώστου", "person")
    update_record(system_actor(), CUSTOMERS, person, {"family_name": "Λάμπρου"})
    assert person.name == "Δήμητρα Λάμπρου"


def test_name_that_was_chosen_stays_when_the_family_name_changes() -> None:
    person: Customer = create_record(
        system_actor(), CUSTOMERS, {"name": "Dr. Nowak", "kind": "person", "family_name": "Nowak"}
    )
    update_record(system_actor(), CUSTOMERS, person, {"family_name": "Kowalska"})
    assert person.name == "Dr. Nowak"


def test_customer_cant_belong_to_one_that_belongs_to_it() -> None:
    grandmother = make(name="Grandmother")
    mother = make(name="Mother", parent=str(grandmother.id))
    daughter = make(name="Daughter", parent=str(mother.id))
    for parent in (grandmother, mother, daughter):
        with pytest.raises(Problem) as refused:
            update_record(system_actor(), CUSTOMERS, grandmother, {"parent": str(parent.id)})
        assert list(refused.value.fields) == ["parent"]
    update_record(system_actor(), CUSTOMERS, daughter, {"parent": str(grandmother.id)})
    assert daughter.parent_id == grandmother.id


def test_names_are_listed_in_the_order_of_the_alphabet_without_case_or_accents() -> None:
    for name in ("Zet", "łódź", "Lublin", "Άλφα", "βήτα"):
        make(name=name)
    assert [each for each in names(sort="name") if each in {"Zet", "łódź", "Lublin"}] == ["Lublin", "łódź", "Zet"]


# Roles and tags


def test_roles_are_an_open_set_and_understand_their_labels() -> None:
    assert make(roles="Key account; Reseller").roles == ["key_account", "reseller"]


def test_customers_are_found_by_role_and_tag() -> None:
    make(name="One", roles=["supplier"], tags=["λάδι", "export"])
    make(name="Two", roles=["customer"], tags=[])
    assert names(filter={"field": "roles", "op": "is", "value": ["supplier", "partner"]}) == ["One"]
    assert names(filter={"field": "tags", "op": "is", "value": "λάδι"}) == ["One"]
    assert names(filter={"field": "tags", "op": "is_not", "value": "λάδι"}) == ["Two"]
    assert names(filter={"field": "tags", "op": "empty"}) == ["Two"]


def test_index_of_tags_follows_every_change_and_its_undo() -> None:
    customer = make(name="One", tags=["old"])
    update_record(system_actor(), CUSTOMERS, customer, {"tags": ["new", "newer"]})
    assert words_in_use("customer", "tags") == ["new", "newer"]
    undo_transaction(system_actor(), db.session().info["last_transaction"])
    assert words_in_use("customer", "tags") == ["old"]


def test_words_in_use_begin_as_asked() -> None:
    make(tags=["alpha", "beta", "bravo"])
    assert words_in_use("customer", "tags", "b") == ["beta", "bravo"]
    assert words_in_use("customer", "tags", limit=1) == ["alpha"]


# Duplicates


def test_duplicates_are_found_by_tax_number_mail_phone_and_folded_name() -> None:
    known = make(tax_number="123456783", email="info@elaiones.gr", phone="+302610437221")
    for typed, reason in (
        ({"tax_number": "EL 123 456 783"}, "same tax number"),
        ({"email": "INFO@elaiones.gr"}, "same mail address"),
        ({"phone": "2610437221"}, "same phone"),
        ({"name": "ΕΛΑΙΩΝΕΣ"}, "same name"),
    ):
        found = queries.find_duplicates(system_actor(), **typed)  # type: ignore[arg-type]
        assert [(each.customer.id, each.reasons) for each in found] == [(known.id, [reason])]


def test_duplicate_is_found_by_a_further_contact_point() -> None:
    known = make()
    operations.create_contact_point(
        system_actor(), {"customer_id": known.id, "kind": "mobile", "value": "697 000 0001"}
    )
    found = queries.find_duplicates(system_actor(), phone="+30 697 000 0001")
    assert [each.customer.id for each in found] == [known.id]


def test_duplicates_of_others_are_never_told() -> None:
    mine, theirs = user("mine"), user("theirs")
    with acting_as(seller(theirs)):
        create_record(seller(theirs), CUSTOMERS, {"name": "Ελαιώνες", "email": "info@elaiones.gr"})
    with acting_as(seller(mine)):
        assert queries.find_duplicates(seller(mine), name="Ελαιώνες", email="info@elaiones.gr") == []


def test_half_typed_values_find_nothing_and_harm_nothing() -> None:
    make()
    assert queries.find_duplicates(system_actor(), name="Ε", email="info", phone="+", tax_number="12") == []


# Parts


def test_contact_point_keeps_what_people_wrote_and_what_machines_compare() -> None:
    point = operations.create_contact_point(
        system_actor(), {"customer_id": make(country="GR").id, "kind": "phone", "value": "2610-437 222"}
    )
    assert (point.value, point.normalised) == ("2610-437 222", "+302610437222")


def test_contact_point_that_isnt_one_is_refused() -> None:
    customer = make()
    for kind, value in (("email", "nobody"), ("phone", "call me"), ("pigeon", "1")):
        with pytest.raises(Problem):
            operations.create_contact_point(system_actor(), {"customer_id": customer.id, "kind": kind, "value": value})


def test_making_a_contact_point_the_main_one_keeps_the_other() -> None:
    customer = make(email="old@example.org")
    point = operations.create_contact_point(
        system_actor(), {"customer_id": customer.id, "kind": "email", "value": "new@example.org"}
    )
    operations.make_main(system_actor(), point)
    assert (customer.email, point.value) == ("new@example.org", "old@example.org")


def test_empty_address_is_refused() -> None:
    with pytest.raises(Problem):
        operations.create_address(system_actor(), {"customer_id": make().id, "label": "Warehouse"})


def test_people_and_relations_read_from_both_ends() -> None:
    company = make(name="Company")
    person = operations.add_person(system_actor(), company, {"name": "Dimitra"}, title="Purchasing")
    supplier = make(name="Supplier", parent=str(company.id))
    operations.create_relationship(system_actor(), {"from_id": supplier.id, "to_id": company.id, "kind": "supplies"})
    seen = {(each.label, each.name, each.is_contact) for each in queries.related_customers(system_actor(), company)}
    assert seen == {
        ("Employs", "Dimitra", True),
        ("Supplied by", "Supplier", False),
        ("Parent of", "Supplier", False),
    }
    assert [(each.label, each.title, each.name) for each in queries.related_customers(system_actor(), person)] == [
        ("Works at", "Purchasing", "Company")
    ]


def test_related_customers_of_others_are_not_shown() -> None:
    mine, theirs = user("mine"), user("theirs")
    own = make(name="Mine", owner=str(mine))
    other = make(name="Theirs", owner=str(theirs))
    operations.create_relationship(system_actor(), {"from_id": own.id, "to_id": other.id, "kind": "supplies"})
    with acting_as(seller(mine)) as actor:
        assert queries.related_customers(actor, own) == []


def test_relation_to_oneself_or_twice_is_refused() -> None:
    one, other = make(name="One"), make(name="Other")
    values = {"from_id": one.id, "to_id": other.id, "kind": "supplies"}
    operations.create_relationship(system_actor(), values)
    for bad in (values, {**values, "to_id": one.id}):
        with pytest.raises(Problem):
            operations.create_relationship(system_actor(), bad)


def test_parts_are_only_changed_by_who_may_edit_the_customer() -> None:
    mine, theirs = user("mine"), user("theirs")
    customer = make(owner=str(theirs))
    with acting_as(seller(mine)) as actor, pytest.raises(Problem) as refused:
        operations.create_contact_point(actor, {"customer_id": customer.id, "kind": "email", "value": "a@example.org"})
    assert refused.value.status == 404
    assert db.session.scalars(select(ContactPoint)).all() == []


def test_removed_relation_comes_back_by_undo() -> None:
    one, other = make(name="One"), make(name="Other")
    relation = operations.create_relationship(
        system_actor(), {"from_id": one.id, "to_id": other.id, "kind": "supplies"}
    )
    operations.remove_part(system_actor(), relation)
    assert queries.related_customers(system_actor(), one) == []
    undo_transaction(system_actor(), db.session().info["last_transaction"])
    assert len(queries.related_customers(system_actor(), one)) == 1
    assert db.session.get(Relationship, relation.id) is not None


@pytest.mark.skipif(not ACCOUNTS.is_file(), reason="the corpus ../shared/data isn't on this machine")
def test_all_accounts_of_the_corpus_become_customers() -> None:
    fields = {
        "account": "name",
        "sector": "industry",
        "year_established": "founded_year",
        "revenue": "annual_revenue",
        "employees": "employees",
        "office_location": "country",
    }
    with ACCOUNTS.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    made = {row["account"]: make(**{field: row[name] for name, field in fields.items()}) for row in rows}
    for row in rows:
        if row["subsidiary_of"]:
            parent = made[row["subsidiary_of"]]
            update_record(system_actor(), CUSTOMERS, made[row["account"]], {"parent": str(parent.id)})
    assert len(made) == 85
    assert sum(1 for each in made.values() if each.parent_id) == sum(1 for row in rows if row["subsidiary_of"])
