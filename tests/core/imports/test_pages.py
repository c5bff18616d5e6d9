"""The steps of an import as somebody clicks through them."""

import io
import re
import threading
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import system_actor
from core.customers.models import Customer
from core.customers.records import CUSTOMERS
from core.database import db, write_unit
from core.imports import queries
from core.imports.models import Import
from core.imports.standing import held
from core.jobs.models import Job
from core.jobs.worker import run_next_job
from core.records.operations import create_record, update_record
from core.users.operations import add_user, save_role
from core.users.records import USERS
from tests.conftest import PASSWORD, sign_in

pytestmark = pytest.mark.usefixtures("app")


def upload(client: FlaskClient, text: str | bytes, name: str = "pelates.csv", kind: str = "customer") -> str:
    content = text.encode() if isinstance(text, str) else text
    answer = client.post(f"/admin/imports/new?type={kind}", data={"file": (io.BytesIO(content), name)})
    assert answer.status_code == 303, answer.text
    columns = answer.headers["Location"]
    assert columns.endswith("/columns")
    return columns.removesuffix("/columns")


def text_of(client: FlaskClient, url: str) -> str:
    answer = client.get(url, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


def the_import() -> Import:
    db.session.rollback()
    return db.session.scalars(select(Import).order_by(Import.created_at.desc())).first()  # type: ignore[return-value]


GREEK = "ΕΠΩΝΥΜΙΑ;ΠΟΛΗ;Πελάτης από;KOD_OLD\nΕλαιώνες Α.Ε.;Πάτρα;03/04/2020;1\nΆνθη Ε.Π.Ε.;Αίγιο;05/06/2021;2\n"


def test_the_columns_show_what_was_guessed_and_prove_the_encoding(client: FlaskClient) -> None:
    page = text_of(client, upload(client, GREEK.encode("cp1253")))
    for word in (
        "ΕΠΩΝΥΜΙΑ",
        "Ελαιώνες Α.Ε. · Άνθη Ε.Π.Ε.",
        "Windows-1253",
        "Windows-1252",
        "Certain",
        "Asks",
        "No guess",
    ):
        assert word in page
    assert "How is 03/04/2020 meant?" in page
    assert "2 days fit both" in page
    assert "Row 2 will look like this" in page


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a\r\nX-Evil: y.csv", "aX-Evil: y.csv"),
        ("..\\..\\πελάτες.csv", "πελάτες.csv"),
        ("../../etc/x.csv", "x.csv"),
        ("\u202evsc.exe.csv", "vsc.exe.csv"),
    ],
)
def test_a_name_that_was_made_to_hurt_is_only_a_name(client: FlaskClient, given: str, kept: str) -> None:
    """Written as browsers write it, because the test client would clean it."""
    body = (
        b'--B\r\nContent-Disposition: form-data; name="type"\r\n\r\ncustomer\r\n'
        b"--B\r\nContent-Disposition: form-data; name=\"file\"; filename*=utf-8''"
        + quote(given, safe="").encode()
        + b"\r\n\r\n"
        b"name,kind\nOne,organisation\n\r\n--B--\r\n"
    )
    made = client.post("/admin/imports/new", data=body, content_type="multipart/form-data; boundary=B")
    assert made.status_code == 303
    assert the_import().file_name == kept
    remarks = client.get(f"/admin/imports/{the_import().id}/remarks.csv")
    assert remarks.status_code == 200
    assert "X-Evil" not in remarks.headers


def test_an_answer_to_the_days_is_kept_and_shown(client: FlaskClient) -> None:
    url = upload(client, GREEK)
    columns = {"column-0": "name", "column-1": "city", "column-2": "since"}
    page = client.post(f"{url}/columns", data={**columns, "order": "mdy"}).text
    assert "4 March 2020, month first" in page
    assert the_import().options["order"] == "mdy"


def test_another_encoding_and_delimiter_are_taken_over(client: FlaskClient) -> None:
    url = upload(client, GREEK.encode("cp1253"))
    page = client.post(f"{url}/columns", data={"encoding": "cp1252", "delimiter": ";", "column-0": "name"}).text
    assert "Åëáéþíåò" in page
    assert client.post(f"{url}/columns", data={"encoding": "rot13", "column-0": "name"}).status_code == 422


def test_rows_are_leafed_through_and_nothing_is_made(client: FlaskClient) -> None:
    url = upload(client, "name,owner,email\nA,New Person,\nB,,bad\n")
    client.post(f"{url}/matches", data={"ticks": "create_missing", "create_missing": "on"})
    columns = {"column-0": "name", "column-1": "owner", "column-2": "email"}
    page = client.post(f"{url}/columns", data={**columns, "row": "2"}).text
    assert "Row 3 will look like this" in page
    assert "t a mail address" in page
    assert db.session.scalars(select(Customer)).all() == []


def test_a_field_given_twice_is_refused_in_place(client: FlaskClient) -> None:
    url = upload(client, "a,b\n1,2\n")
    answer = client.post(f"{url}/columns", data={"column-0": "name", "column-1": "name", "next": "1"})
    assert answer.status_code == 422
    assert "Two columns become “Name”." in answer.text


def test_matches_and_near_names_are_shown_and_answered(client: FlaskClient) -> None:
    create_record(system_actor(), CUSTOMERS, {"name": "Ελαιώνες"})
    create_record(system_actor(), USERS, {"name": "Ελένη Δούκα", "email": "e@example.org"})
    url = upload(client, "name,owner\nΕλαιώνες,Ελένη Δούκα\nB,ΕλένηΔούκα\nC,Ελένη Δουκά Μ\nD,Ελένη Δούκασ\nE,Νίκος\n")
    page = text_of(client, f"{url}/matches")
    assert "1 is there already" in page
    assert "Ελένη Δούκα</option>" in page  # proposed for what is only alike
    assert "Νίκος" in page
    data = {"ticks": "create_missing strict accept_near", "accept_near": "on", "match": "name", "on_match": "skip"}
    answer = client.post(
        f"{url}/matches", data={**data, "means:owner:Ελένη Δούκασ": "Ελένη Δούκα", "next": "1"}, follow_redirects=True
    )
    assert answer.status_code == 200
    assert "Every row was tried, and nothing was written." in answer.text
    assert the_import().options["names"] == {"owner": {"Ελένη Δούκασ": "Ελένη Δούκα"}}
    assert db.session.scalars(select(Customer.name)).all() == ["Ελαιώνες"]


def answers_for(page: str, cell: str) -> list[str]:
    """List what a person may say of a name, the answer that holds now first."""
    select = re.search(rf'name="means:[^:]+:{cell}".*?</select>', page, re.DOTALL)
    assert select is not None
    offered = re.findall(r"<option value=\"[^\"]*\"( selected)?>([^<]*)</option>", select[0])
    return [text for _chosen, text in sorted(offered, key=lambda each: not each[0])]


def test_each_unknown_name_is_a_question_whose_first_answer_is_what_will_happen(client: FlaskClient) -> None:
    create_record(system_actor(), USERS, {"name": "Eleni Douka", "email": "e@example.org"})
    url = upload(client, "name,owner\nA,EleniDouka\nB,EleniDouka\nC,Nobody\n")
    page = ""
    rest = ["Leave it empty", "Let these rows fail", "Another record…"]
    for ticks, near, unknown in (
        ({"accept_near": "on"}, ["Eleni Douka", "Make it new", *rest], ["Leave it empty", "Make it new", *rest[1:]]),
        ({"create_missing": "on"}, ["Let these rows fail", "Eleni Douka", "Make it new", *rest[::2]],
         ["Make it new", *rest]),
        ({"strict": "on"}, ["Let these rows fail", "Eleni Douka", "Make it new", *rest[::2]],
         ["Let these rows fail", "Make it new", *rest[::2]]),
    ):  # fmt: skip
        page = client.post(f"{url}/matches", data={"ticks": "create_missing strict accept_near", **ticks}).text
        assert answers_for(page, "EleniDouka") == near
        assert answers_for(page, "Nobody") == unknown
    assert "Make what the file names and nobody has" in page
    assert "As far as it names: People" in page


def test_a_parent_is_asked_for_unless_the_file_brings_it(client: FlaskClient) -> None:
    url = upload(client, "name,parent\nA,Mother Co\nB,MotherCo\nC,Mother Cow\nD,Nobody\nMother Co,\n")
    page = client.post(f"{url}/matches", data={"ticks": "create_missing strict accept_near", "accept_near": "on"}).text
    assert 'name="means:parent:Mother Co"' not in page
    rest = ["Make it new", "Leave it empty", "Let these rows fail", "Another record…"]
    assert answers_for(page, "MotherCo") == ["Mother Co", *rest]
    assert answers_for(page, "Mother Cow") == ["Leave it empty", "Mother Co", rest[0], *rest[2:]]
    assert answers_for(page, "Nobody") == ["Leave it empty", rest[0], *rest[2:]]
    said = {"means:parent:Mother Cow": "Mother Co", "means:parent:Nobody": ":fail"}
    page = client.post(f"{url}/matches", data={"ticks": "accept_near", "accept_near": "on", **said}).text
    assert answers_for(page, "Mother Cow")[0] == "Mother Co"
    client.post(f"{url}/matches", data={"ticks": "accept_near", "accept_near": "on", "next": "1", **said})
    tried = text_of(client, f"{url}/dry-run")
    assert "Belongs to: there is no “Nobody”." in tried
    client.post(f"{url}/run")
    assert run_next_job("a worker") is not None
    named = {each.id: each.name for each in db.session.scalars(select(Customer))}
    parents = {each.name: each.parent_id and named[each.parent_id] for each in db.session.scalars(select(Customer))}
    assert parents == {"A": "Mother Co", "B": "Mother Co", "C": "Mother Co", "Mother Co": None}


def test_another_record_is_chosen_for_a_name(client: FlaskClient) -> None:
    person = create_record(system_actor(), USERS, {"name": "Eleni Douka", "email": "e@example.org"})
    url = upload(client, "name,owner\nA,The boss\n")
    said = {"means:owner:The boss": ":another", "chosen:owner:The boss": str(person.id)}
    page = client.post(f"{url}/matches", data={"ticks": "strict", **said}).text
    assert answers_for(page, "The boss")[0] == "Another record…"
    assert f'<option value="{person.id}" selected>Eleni Douka</option>' in page
    assert "Answered" in page
    assert the_import().options["names"] == {"owner": {"The boss": str(person.id)}}


def test_every_step_has_an_address_and_leads_on_once_the_import_ran(client: FlaskClient) -> None:
    url = upload(client, "name\nA\n")
    assert client.get(url).headers["Location"] == f"{url}/columns"
    assert client.post(f"{url}/columns", data={"column-0": "name", "next": "1"}).headers["Location"] == f"{url}/matches"
    assert client.post(f"{url}/matches", data={"next": "1"}).headers["Location"] == f"{url}/dry-run"
    for step in ("columns", "matches", "dry-run"):
        assert client.get(f"{url}/{step}").status_code == 200
    assert client.get(f"{url}/report").headers["Location"] == f"{url}/columns"
    assert client.post(f"{url}/run").headers["Location"] == f"{url}/running"
    assert client.get(f"{url}/running").status_code == 200
    assert run_next_job("a worker") is not None
    for step in ("columns", "matches", "dry-run", "running"):
        assert client.get(f"{url}/{step}").headers["Location"] == f"{url}/report"
    assert client.get(f"{url}/report").status_code == 200


def test_an_import_that_two_begin_at_once_runs_once(
    app: Flask, client: FlaskClient, administrator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = upload(client, "name\nA\n")
    both_have_read_it = threading.Barrier(2)
    find_import = queries.find_import

    def find_and_wait(*arguments: Any) -> Import:
        found = find_import(*arguments)
        both_have_read_it.wait(30)
        return found

    monkeypatch.setattr("core.imports.views.queries.find_import", find_and_wait)
    answers: list[int] = []
    clients = (client, sign_in(app, administrator.email))
    threads = [
        threading.Thread(target=lambda each=each: answers.append(each.post(f"{url}/run").status_code))
        for each in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers) == [303, 409]
    assert list(db.session.scalars(select(Job.name).where(Job.name == "core.import"))) == ["core.import"]


def test_an_import_that_was_killed_in_the_shell_stands_as_stopped_and_goes_on(client: FlaskClient) -> None:
    url = upload(client, "name\nA\nB\n")
    job = the_import()
    with write_unit() as session:
        session.refresh(job)
        job.status = "running"  # as a process leaves it that is killed
    with held(job):
        assert "running" in text_of(client, "/admin/imports")
        assert client.get(url).headers["Location"] == f"{url}/running"
        assert client.post(f"{url}/run").status_code == 409
    assert "stopped" in text_of(client, "/admin/imports")
    assert client.get(f"{url}/progress").headers["Location"] == f"{url}/report"
    report = text_of(client, f"{url}/report")
    assert "The import stopped after 0 rows" in report
    assert f'action="{url}/run"' in report
    assert f"{url}/undo" in report
    assert client.post(f"{url}/run").status_code == 303
    assert client.get(url).headers["Location"] == f"{url}/running"
    assert run_next_job("a worker") is not None
    assert "2 customers are in" in text_of(client, f"{url}/report")


def test_no_row_failed_or_waits_where_none_was_written_or_all_were_taken_back(client: FlaskClient) -> None:
    url = upload(client, "name,email\nA,\nB,bad\n")
    assert '<td class="num">2</td><td class="num">–</td>' in text_of(client, "/admin/imports")
    client.post(f"{url}/run")
    assert run_next_job("a worker") is not None
    assert "1 row waits to be mended." in text_of(client, f"{url}/report")
    client.post(f"{url}/undo")
    report = text_of(client, f"{url}/report")
    assert "This import was undone" in report
    assert "waits to be mended" not in report


def test_record_types_are_offered_by_their_names(client: FlaskClient) -> None:
    tabs = re.findall(r'href="/admin/imports/new\?type=[^"]+"[^>]*>([^<]+)', text_of(client, "/admin/imports/new"))
    names = [name.strip() for name in tabs]
    assert {"Customers", "Deals", "Products"} <= set(names)
    assert names == sorted(names, key=str.casefold)
    assert "Stages" not in names, "what is set up once stands under More"
    assert 'href="/admin/imports/new?type=sales.stage"' in text_of(client, "/admin/imports/new")
    assert 'type=sales.stage" aria-current="true">Stages' in text_of(client, "/admin/imports/new?type=sales.stage")


def test_a_long_file_is_tried_in_the_background(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.imports.trials.AT_ONCE", 2)
    url = upload(client, "name,email\nA,\nB,bad\nC,\n")
    data = {"ticks": "create_missing strict accept_near", "next": "1"}
    answer = client.post(f"{url}/matches", data=data, follow_redirects=True)
    assert "Trying pelates.csv" in answer.text
    assert "0 / 3" in text_of(client, f"{url}/dry-run/progress")
    done = run_next_job("a worker")
    assert done is not None
    assert done.name == "core.import-trial"
    assert client.get(f"{url}/dry-run/progress").status_code == 303
    page = text_of(client, f"{url}/dry-run")
    assert "Every row was tried, and nothing was written." in page
    assert "t a mail address." in page
    assert db.session.scalars(select(Customer)).all() == []


def test_a_dry_run_of_a_draft_that_was_changed_since_says_nothing(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.imports.trials.AT_ONCE", 2)
    url = upload(client, "name,email\nA,\nB,bad\nC,\n")
    client.post(f"{url}/matches", data={"next": "1"})
    client.post(f"{url}/matches", data={"match": "email", "on_match": "skip"})
    assert run_next_job("a worker") is not None
    assert the_import().trial is None
    assert client.get(f"{url}/dry-run").status_code == 303


def test_a_dry_run_that_breaks_off_leads_back(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.imports.trials.AT_ONCE", 2)
    url = upload(client, "name,email\nA,\nB,bad\nC,\n")
    client.post(f"{url}/matches", data={"next": "1"})
    monkeypatch.setattr("core.imports.running.Runner.batch", None)
    assert run_next_job("a worker") is not None
    assert client.get(f"{url}/dry-run").status_code == 303


def run_import(client: FlaskClient, text: str, **data: Any) -> str:
    url = upload(client, text)
    client.post(f"{url}/matches", data={"ticks": "create_missing strict accept_near", **data})
    assert client.post(f"{url}/run").status_code == 303
    assert the_import().status == "running"
    assert "Writing the rows" in text_of(client, f"{url}/progress")
    done = run_next_job("a worker")
    assert done is not None
    assert done.name == "core.import"
    return url


def test_the_report_counts_explains_and_undoes(client: FlaskClient) -> None:
    url = run_import(client, "name,email,owner\nA,a@example.org,Nobody\nB,bad,\n")
    assert client.get(f"{url}/progress").status_code == 303
    page = text_of(client, url)
    for words in ("1 customer is in", "1 row waits to be mended", "t a mail address.", "row 3"):
        assert words in page
    assert "Owner: there is no “Nobody”." in page
    errors = client.get(f"{url}/errors.csv")
    assert "Why it failed" in errors.get_data().decode("utf-8-sig")
    errors.close()
    answer = client.post(f"{url}/undo", follow_redirects=True)
    assert "This import was undone" in answer.text
    assert db.session.scalars(select(Customer).where(Customer.deleted_at.is_(None))).all() == []
    assert client.post(f"{url}/undo").status_code == 409


def test_what_lacks_something_is_listed_and_remarks_are_a_file(client: FlaskClient) -> None:
    bring = "name,parent,email\nAcme,,\nBluth,Acme,=1+1\nCole,Acme,\nDana,Acme,\n"
    url = run_import(client, bring)
    listed = re.search(r'href="(/customers\?filter=[^"]+)"', text_of(client, url))
    assert listed is not None
    assert "Acme" in client.get(listed[1].replace("&amp;", "&")).text
    with client.get(f"{url}/remarks.csv") as remarks:
        told = remarks.get_data().decode("utf-8-sig").splitlines()
    assert told[0] == "Row,Remark"
    assert told[1] == "2,Belongs to is empty."
    assert any(line.startswith("3,") for line in told)


def test_an_undo_is_asked_with_its_figures(client: FlaskClient) -> None:
    url = run_import(client, "name,owner\nElaiones,Eleni\nOlives,Eleni\n", create_missing="on")
    changed = db.session.scalars(select(Customer).where(Customer.name == "Olives")).one()
    update_record(system_actor(), CUSTOMERS, changed, {"city": "Volos"})
    page = text_of(client, f"{url}/undo")
    for words in (
        "Undo this import?",
        "Go to the bin",
        "1 customer, 1 person",
        "Were changed since, and stay",
        "Olives",
    ):
        assert words in page
    assert the_import().status == "done"
    page = client.post(f"{url}/undo", follow_redirects=True).text
    assert "As before: 1 customer, 1 person." in page
    assert "Changed since, so they stay: 1 customer." in page
    assert client.get(f"{url}/undo").status_code == 409


def test_a_large_import_is_undone_in_the_background(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    url = run_import(client, "name\nElaiones\nOlives\n")
    monkeypatch.setattr("core.imports.undoing.UNDONE_AT_ONCE", 1)
    answer = client.post(f"{url}/undo", follow_redirects=True)
    assert "taken back in the background" in answer.text
    assert the_import().status == "done"
    finished = run_next_job("a worker")
    assert finished is not None
    assert finished.name == "core.import-undo"
    assert the_import().status == "undone"
    assert db.session.scalars(select(Customer).where(Customer.deleted_at.is_(None))).all() == []


def test_the_report_names_what_was_changed_since(client: FlaskClient) -> None:
    url = run_import(client, "name,city\nElaiones,Patra\n")
    customer = db.session.scalars(select(Customer)).one()
    update_record(system_actor(), CUSTOMERS, customer, {"city": "Volos"})
    page = text_of(client, url)
    assert "These were changed since." in page
    assert f"/customers/{customer.id}" in page


def test_a_wrong_file_is_refused_on_the_page(client: FlaskClient) -> None:
    for content, name, words in (
        (b"", "x.csv", "The file is empty."),
        (b"PK\x03\x04", "x.xlsx", "isn&#39;t an Excel workbook"),
    ):
        answer = client.post("/admin/imports/new?type=customer", data={"file": (io.BytesIO(content), name)})
        assert answer.status_code == 422
        assert words in answer.text
    assert client.post("/admin/imports/new?type=customer").status_code == 422
    assert the_import() is None


def test_a_draft_can_be_forgotten(client: FlaskClient) -> None:
    url = upload(client, "name\nA\n")
    assert client.post(f"{url}/discard").status_code == 303
    assert client.get(url).status_code == 404


def test_imports_are_listed(client: FlaskClient) -> None:
    assert "Nothing was imported yet." in text_of(client, "/admin/imports")
    upload(client, "name\nA\n", name="pelates_2019-2026.csv")
    assert "pelates_2019-2026.csv" in text_of(client, "/admin/imports")


def test_another_person_s_import_stays_theirs(app: Flask, client: FlaskClient) -> None:
    url = upload(client, "name\nSecret\n")
    role = save_role(system_actor(), None, "Importer", {"customer.import": "own", "customer.view": "own"})
    add_user(system_actor(), email="seller@example.org", role=role.name, password=PASSWORD)
    other = sign_in(app, "seller@example.org")
    assert other.get(url).status_code == 404
    assert other.get(f"{url}/errors.csv").status_code == 404
    assert other.post(f"{url}/undo").status_code == 404
    assert "pelates.csv" not in text_of(other, "/admin/imports")
    assert upload(other, "name\nOwn\n", name="own.csv")
    assert "own.csv" in text_of(other, "/admin/imports")


def test_who_may_import_nothing_has_no_imports(app: Flask, client: FlaskClient) -> None:
    role = save_role(system_actor(), None, "Looker", {"customer.view": "all"})
    add_user(system_actor(), email="looker@example.org", role=role.name, password=PASSWORD)
    other = sign_in(app, "looker@example.org")
    for path in ("/admin/imports", "/admin/imports/new"):
        assert other.get(path).status_code == 404


def test_an_import_that_stopped_offers_to_go_on(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    url = upload(client, "name\nA\nB\n")
    job = the_import()
    with write_unit() as session:
        session.refresh(job)
        job.status = "failed"
    assert "Go on" in text_of(client, url)
    assert client.post(f"{url}/run").status_code == 303
    assert run_next_job("a worker") is not None
    assert "2 customers are in" in text_of(client, url)
