"""Saved mappings: a file with the same columns becomes the same again."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import system_actor
from core.customers.models import Customer
from core.database import db
from core.imports import mappings, options
from core.imports.models import ImportMapping
from core.jobs.worker import run_next_job
from core.problems import Problem
from core.users.operations import add_user, save_role
from tests.conftest import PASSWORD, sign_in

from .conftest import Take
from .test_pages import text_of, the_import, upload

pytestmark = pytest.mark.usefixtures("app")

CODES = "KOD,OLD,MANAGER\nElaiones,Patra,Eleni\n"
MAPPED = {"column-0": "name", "column-1": "city", "column-2": "owner"}


def saved() -> list[tuple[str, dict[str, str]]]:
    db.session.rollback()
    found = db.session.scalars(select(ImportMapping).order_by(ImportMapping.name))
    return [(each.name, each.mapping) for each in found]


def import_codes(client: FlaskClient, name: str = "codes.csv") -> None:
    url = upload(client, CODES, name=name)
    assert client.post(f"{url}/columns", data={**MAPPED, "next": "1"}).status_code == 303
    asked = {"ticks": "create_missing strict accept_near", "create_missing": "on", "match": "name", "on_match": "skip"}
    client.post(f"{url}/matches", data={**asked, "means:owner:Eleni": "Ελένη"})
    client.post(f"{url}/run")
    assert run_next_job("a worker") is not None


def test_a_file_with_the_same_columns_is_mapped_as_last_time(client: FlaskClient) -> None:
    import_codes(client)
    assert saved() == [("codes", {"KOD": "name", "OLD": "city", "MANAGER": "owner"})]
    url = upload(client, "MANAGER;OLD;KOD\nEleni;Volos;Anthi\n", name="later.csv")
    assert "As last time, by the saved mapping “codes”." in text_of(client, url)
    taken = options.options_of(the_import())
    assert the_import().mapping == {"KOD": "name", "OLD": "city", "MANAGER": "owner"}
    assert (taken.on_match, taken.create_missing, taken.names) == ("skip", True, {"owner": {"Eleni": "Ελένη"}})
    client.post(f"{url}/run")
    assert run_next_job("a worker") is not None
    assert list(db.session.scalars(select(Customer.city).order_by(Customer.city))) == ["Patra", "Volos"]
    assert len(saved()) == 1
    other = upload(client, "KOD,OLD\nA,B\n")
    assert "As last time" not in text_of(client, other)


def test_a_saved_mapping_is_renamed_and_removed(client: FlaskClient) -> None:
    import_codes(client)
    place = f"/admin/imports/mappings/{db.session.scalars(select(ImportMapping.id)).one()}"
    assert client.post(f"{place}/rename", data={"name": "  "}).status_code == 303
    assert saved()[0][0] == "codes"
    assert client.post(f"{place}/rename", data={"name": " From the  old system "}).status_code == 303
    assert 'value="From the old system"' in text_of(client, "/admin/imports")
    assert client.post(f"{place}/remove").status_code == 303
    assert saved() == []
    assert client.post(f"{place}/remove").status_code == 404


def test_a_mapping_is_taken_by_its_name(client: FlaskClient, take: Take) -> None:
    import_codes(client)
    job = take("customer", "OLD,KOD,More\nPatra,Elaiones,x\n")
    mappings.apply(job, mappings.named(system_actor(), "customer", "codes"))
    assert (job.mapping, job.options["match"]) == ({"KOD": "name", "OLD": "city"}, "name")
    with pytest.raises(Problem, match=r"There is no mapping “other”. There are: codes."):
        mappings.named(system_actor(), "customer", "other")


def test_a_mapping_isn_t_another_person_s(app: Flask, client: FlaskClient) -> None:
    import_codes(client)
    mapping_id = db.session.scalars(select(ImportMapping.id)).one()
    role = save_role(system_actor(), None, "Importer", {"customer.import": "own", "customer.view": "own"})
    add_user(system_actor(), email="seller@example.org", role=role.name, password=PASSWORD)
    other = sign_in(app, "seller@example.org")
    assert "codes" not in text_of(other, "/admin/imports")
    assert other.post(f"/admin/imports/mappings/{mapping_id}/remove").status_code == 404
    assert "As last time" not in text_of(other, upload(other, CODES))
