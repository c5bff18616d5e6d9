"""What becomes of a file's rows: made, changed, skipped, failed, doubted, undone."""

import csv
from dataclasses import asdict
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from core.access import Actor, Kind, Scope, acting_as, system_actor
from core.customers.models import Customer
from core.customers.records import CUSTOMERS
from core.customfields.records import CUSTOM_FIELDS
from core.database import JournalEntry, db, new_id
from core.imports import operations, options, queries, trials, undoing
from core.imports.models import Import, ImportIssue
from core.imports.running import Runner, Tally
from core.problems import Problem
from core.records.operations import bin_record, create_record, update_record
from core.users.models import Team
from core.users.records import USERS
from plugins.sales.models import LeadForm

from .conftest import Bring, Take

pytestmark = pytest.mark.usefixtures("app")


def customers() -> dict[str, Customer]:
    found = db.session.scalars(select(Customer).where(Customer.deleted_at.is_(None)))
    return {customer.name: customer for customer in found}


def belongs_to(name: str) -> str | None:
    there = customers()
    parent_id = there[name].parent_id if name in there else None
    return next((each.name for each in there.values() if each.id == parent_id), None)


def make(**values: Any) -> Customer:
    made: Customer = create_record(system_actor(), CUSTOMERS, values)
    return made


def issues(job: Import, level: str) -> list[str]:
    statement = select(ImportIssue.message).where(ImportIssue.import_id == job.id, ImportIssue.level == level)
    return list(db.session.scalars(statement.order_by(ImportIssue.row)))


def failed_rows(job: Import) -> list[list[str]]:
    with options.error_file(job).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


# Making, changing, skipping


def test_rows_become_records_in_the_file_s_own_order_of_signs(bring: Bring) -> None:
    _job, tally = bring("customer", "ΕΠΩΝΥΜΙΑ;ΠΟΛΗ;ΤΖΙΡΟΣ;Πελάτης από\nΕλαιώνες;Πάτρα;1.240,50;3/4/2020\n")
    assert tally == Tally(created=1)
    made = customers()["Ελαιώνες"]
    assert (made.city, str(made.annual_revenue), str(made.since)) == ("Πάτρα", "1240.5", "2020-04-03")


def test_a_record_that_is_there_is_updated_and_an_empty_cell_takes_nothing_away(bring: Bring) -> None:
    make(name="Elaiones", city="Patra", email="old@example.org")
    _job, tally = bring("customer", "name,city,email\nElaiones,,new@example.org\nOther,Łódź,\n")
    assert tally == Tally(created=1, updated=1)
    assert (customers()["Elaiones"].city, customers()["Elaiones"].email) == ("Patra", "new@example.org")


@pytest.mark.parametrize(("on_match", "tally"), [("skip", Tally(skipped=1)), ("create", Tally(created=1))])
def test_what_is_there_is_skipped_or_made_again_as_asked(bring: Bring, on_match: str, tally: Tally) -> None:
    make(name="Elaiones", city="Patra")
    assert bring("customer", "name,city\nElaiones,Athens\n", on_match=on_match)[1] == tally
    assert db.session.scalars(select(Customer).order_by(Customer.created_at)).first().city == "Patra"  # type: ignore[union-attr]


def test_the_same_file_twice_changes_nothing(bring: Bring) -> None:
    text = 'name,city,employees,tags\nElaiones,Patra,12,"vip, oil"\nŻabka,Łódź,,\n'
    assert bring("customer", text)[1] == Tally(created=2)
    before = db.session.scalar(select(func.max(JournalEntry.sequence)))
    assert bring("customer", text)[1] == Tally(skipped=2)
    assert db.session.scalar(select(func.max(JournalEntry.sequence))) == before


def test_a_row_that_matches_several_records_fails_and_says_so(bring: Bring) -> None:
    make(name="Elaiones")
    make(name="Elaiones")
    job, tally = bring("customer", "name,city\nElaiones,Patra\n")
    assert tally == Tally(failed=1)
    assert issues(job, "error") == ["2 records have this Name."]


def test_two_rows_of_one_file_never_overwrite_each_other(bring: Bring) -> None:
    text = "name,city\nElaiones,Patra\nElaiones,Patra\nElaiones,Athens\n"
    job, tally = bring("customer", text)
    assert tally == Tally(created=1, skipped=1, failed=1)
    assert issues(job, "error") == ["Row 2 has the same Name."]


def test_rows_of_different_batches_never_overwrite_each_other(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.imports.running.BATCH", 2)
    text = "name,city\nElaiones,Patra\nA,\nB,\nElaiones,Athens\n"
    job, tally = bring("customer", text)
    assert tally == Tally(created=3, failed=1)
    assert issues(job, "error") == ["An earlier row has the same Name."]


def test_names_of_people_come_from_two_columns(bring: Bring) -> None:
    _job, tally = bring("customer", "First Name,Last Name,Email\nEleni,Douka,e@example.org\n", match="")
    assert tally == Tally(created=1)
    assert customers()["Eleni Douka"].kind == "person"


def test_the_first_of_several_addresses_is_taken_with_a_warning(bring: Bring) -> None:
    job, tally = bring("customer", "name,email\nElaiones,a@example.org ::: b@example.org\n")
    assert tally == Tally(created=1, warnings=1)
    assert customers()["Elaiones"].email == "a@example.org"
    assert issues(job, "warning") == ["Of several mail addresses in one cell the first is taken."]


@pytest.mark.parametrize(
    ("answer", "tally", "level", "said"),
    [
        (options.MAKE, Tally(created=1), "notice", "Owner “EleniDouka” was made."),
        (options.EMPTY, Tally(created=1, warnings=1), "warning", "Owner: there is no “EleniDouka”."),
        (options.FAIL, Tally(failed=1), "error", "Owner: there is no “EleniDouka”."),
    ],
)
def test_what_was_said_of_a_name_goes_before_everything_else(
    bring: Bring, answer: str, tally: Tally, level: str, said: str
) -> None:
    create_record(system_actor(), USERS, {"name": "Eleni Douka", "email": "e@example.org"})
    job, came_to = bring("customer", "name,owner\nA,EleniDouka\n", names={"owner": {"EleniDouka": answer}})
    assert came_to == tally
    assert issues(job, level) == [said]


def test_a_name_means_the_record_that_somebody_chose(bring: Bring) -> None:
    person = create_record(system_actor(), USERS, {"name": "Eleni Douka", "email": "e@example.org"})
    job, tally = bring("customer", "name,owner\nA,The boss\n", names={"owner": {"The boss": str(person.id)}})
    assert tally == Tally(created=1)
    assert customers()["A"].owner_id == person.id
    assert issues(job, "warning") == []


def test_where_a_made_record_belongs_is_told_when_it_is_made_too(bring: Bring) -> None:
    text = "name,team,office\nAnna,North,Poland\nJan,South,Poland\n"
    mapping = {"name": "name", "team": "team", "office": "team.parent"}
    job, _tally = bring("user", text, mapping=mapping, create_missing=True)
    assert issues(job, "notice") == [
        "Team “North” was made.", "Team: Part of “Poland” was made.", "Team “South” was made.",
    ]  # fmt: skip


def test_a_dry_run_tells_nothing_as_done(take: Take) -> None:
    job = take("customer", "name,owner\nA,New Person\n", create_missing=True)
    assert [each["message"] for each in trials.try_out(system_actor(), job).reasons] == [
        "Owner “New Person” would be made."
    ]


def test_what_can_not_be_made_of_a_name_fails_its_row_alone(bring: Bring) -> None:
    job, tally = bring("customer", f"name,owner\nA,{'x' * 400}\nB,\n", create_missing=True)
    assert tally == Tally(created=1, failed=1)
    assert len(issues(job, "error")) == 1


def test_empty_cells_are_counted_for_every_column(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.imports.running.BATCH", 2)
    job, _tally = bring("customer", "name,city,email\nA,Patra,\nB,,b@example.org\nC,,\n")
    assert job.empty_cells == {"email": [2, 2], "city": [2, 3]}


def test_a_dry_run_tells_the_values_of_columns_that_hold_few(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.imports.rows.MOST_FEW", 2)
    rows = ["A,Oil,Patra,Sea", "B,Oil,Pyrgos,Sea", "C,Oyl,Aigio,Sea", "D,,Patra,Sea"]
    job = take("customer", "\n".join(["name,industry,city,street", *rows]))
    assert trials.try_out(system_actor(), job).few == {"industry": [("Oyl", 1), ("Oil", 2)]}


# Failing


def test_a_row_that_fails_takes_nothing_with_it(bring: Bring) -> None:
    text = (
        "name,email,employees,since\n"
        "Good,a@example.org,3,2020-01-01\n"
        "Bad mail,not-an-email,3,\n"
        "Bad number,,12x,\n"
        "Bad day,,,31/02/2026\n"
        ",,3,\n"
        "short,row\n"
        "Good too,b@example.org,4,\n"
    )
    job, tally = bring("customer", text)
    assert tally == Tally(created=2, failed=5)
    assert set(customers()) == {"Good", "Good too"}
    reasons = issues(job, "error")
    assert [reason.split(":")[0] for reason in reasons[:4]] == ["Mail", "Employees", "Customer since", "Name"]
    assert reasons[4] == "This row has 2 cells, and there are 4 columns."


def test_the_error_file_can_be_mended_and_sent_again(bring: Bring) -> None:
    job, _tally = bring("customer", 'name,email,note\nA,bad,"=1+1, ""x"""\nB,b@example.org,\nC,worse,\n')
    rows = failed_rows(job)
    assert rows[0] == ["name", "email", "note", "Row", "Why it failed"]
    assert [(row[0], row[3]) for row in rows[1:]] == [("A", "2"), ("C", "4")]
    mended = options.error_file(job).read_text(encoding="utf-8-sig").replace("bad", "a@example.org")
    again, tally = bring("customer", mended)
    assert tally == Tally(created=1, failed=1)
    assert customers()["A"].note == '=1+1, "x"'
    assert {"Row", "Why it failed"}.isdisjoint(again.mapping)


def test_an_import_without_failures_has_no_error_file(bring: Bring) -> None:
    job, _tally = bring("customer", "name\nA\n")
    assert not options.error_file(job).exists()


def test_nothing_is_written_without_a_column_for_what_is_required(take: Take) -> None:
    job = take("customer", "Stadt,Land\nKöln,DE\n", mapping={"Stadt": "city"})
    with pytest.raises(Problem, match="No column becomes Name"):
        operations.run(system_actor(), job)
    assert customers() == {}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mapping": {"nmae": "name"}}, "no column “nmae”"),
        ({"mapping": {"name": "nmae"}}, "no field “nmae”"),
        ({"mapping": {"name": "name", "city": "name"}}, "Two columns become “Name”"),
        ({"match": "note"}, "doesn't recognise a record"),
        ({"match": "email"}, "No column becomes Mail"),
        ({"encoding": "rot13"}, "encoding “rot13”"),
        ({"delimiter": "x"}, "between columns"),
    ],
)
def test_wrong_settings_are_refused_and_change_nothing(take: Take, changes: dict[str, Any], words: str) -> None:
    job = take("customer", "name,city\nA,B\n")
    before = (dict(job.mapping), dict(job.options))
    with pytest.raises(Problem, match=words) as caught:
        operations.set_up(job, **changes)
    assert caught.value.status == 422
    db.session.refresh(job)
    assert (job.mapping, job.options) == before


def test_a_file_without_rows_is_refused(take: Take) -> None:
    with pytest.raises(Problem, match="no rows"):
        take("customer", "name,city\n")


def test_who_may_not_import_is_refused(take: Take) -> None:
    seller = Actor(Kind.staff, grants={"customer.view": Scope.all, "customer.create": Scope.all})
    job = take("customer", "name\nA\n")
    with acting_as(seller), pytest.raises(Problem) as caught:
        operations.run(seller, job)
    assert caught.value.status == 403
    assert customers() == {}


# Relations


@pytest.mark.parametrize(
    ("said", "tally", "level", "words"),
    [
        ({"strict": True}, Tally(created=1, failed=1), "error", "Belongs to: there is no “Nobody”."),
        ({}, Tally(created=2, warnings=1), "warning", "Belongs to: there is no “Nobody”."),
        ({"create_missing": True}, Tally(created=2), "notice", "Belongs to “Nobody” was made."),
        ({"names": {"parent": {"Nobody": options.FAIL}}}, Tally(created=1, failed=1), "error",
         "Belongs to: there is no “Nobody”."),
        ({"names": {"parent": {"Nobody": options.MAKE}}}, Tally(created=2), "notice", "Belongs to “Nobody” was made."),
        ({"names": {"parent": {"Nobody": "Mother"}}}, Tally(created=2), "warning", None),
    ],
)  # fmt: skip
def test_a_parent_that_neither_the_file_nor_anybody_has_is_as_any_unknown_name(
    bring: Bring, said: dict[str, Any], tally: Tally, level: str, words: str | None
) -> None:
    text = "name,parent\nChild,Nobody\nMother,\n"
    job, came_to = bring("customer", text, **said)
    assert came_to == tally
    assert issues(job, level) == ([words] if words is not None else [])
    assert belongs_to("Child") == {"notice": "Nobody", "warning": None if words else "Mother"}.get(level)


@pytest.mark.parametrize(
    ("accepts", "tally"), [(True, Tally(created=2, warnings=1)), (False, Tally(created=1, failed=1))]
)
def test_a_parent_that_the_file_nearly_names_is_taken_or_fails_as_asked(
    bring: Bring, accepts: bool, tally: Tally
) -> None:
    job, came_to = bring("customer", "name,parent\nChild,MotherCo\nMother Co,\n", accept_near=accepts)
    assert came_to == tally
    said = {"warning": "“MotherCo” is taken for “Mother Co”.", "error": "“MotherCo” isn't there; “Mother Co” is near."}
    level = "warning" if accepts else "error"
    assert issues(job, level) == [said[level]]


def test_a_person_s_parent_is_found_by_the_name_that_another_row_s_two_columns_make(bring: Bring) -> None:
    text = "First Name,Last Name,Company\nJan,Kowalski,Eleni Douka\nEleni,Douka,\n"
    _job, tally = bring("customer", text, match="", strict=True)
    assert tally == Tally(created=2)
    assert customers()["Jan Kowalski"].parent_id == customers()["Eleni Douka"].id


def test_parents_are_linked_wherever_they_stand_in_the_file(bring: Bring) -> None:
    _job, tally = bring("customer", "name,parent\nChild,Mother\nMother,\nSecond,mother\n")
    assert tally == Tally(created=3)
    found = customers()
    assert found["Child"].parent_id == found["Second"].parent_id == found["Mother"].id


def test_an_unknown_relation_is_left_empty_with_a_warning_or_fails_when_strict(bring: Bring) -> None:
    text = "name,owner\nA,Nobody Here\n"
    job, tally = bring("customer", text)
    assert tally == Tally(created=1, warnings=1)
    assert issues(job, "warning") == ["Owner: there is no “Nobody Here”."]
    assert bring("customer", text.replace("A,", "B,"), strict=True)[1] == Tally(failed=1)


def test_what_is_missing_is_made_when_asked_once(bring: Bring) -> None:
    job, tally = bring("customer", "name,owner\nA,Eleni Douka\nB,ELENI DOUKA\n", create_missing=True)
    assert tally == Tally(created=2)
    found = customers()
    assert found["A"].owner_id == found["B"].owner_id is not None
    assert issues(job, "notice") == ["Owner “Eleni Douka” was made."]


def test_a_near_name_is_taken_with_a_warning_or_not_at_all(bring: Bring) -> None:
    person = create_record(system_actor(), USERS, {"name": "Eleni Douka", "email": "e@example.org"})
    job, tally = bring("customer", "name,owner\nA,EleniDouka\n")
    assert tally == Tally(created=1, warnings=1)
    assert customers()["A"].owner_id == person.id
    assert issues(job, "warning") == ["“EleniDouka” is taken for “Eleni Douka”."]
    job, tally = bring("customer", "name,owner\nB,EleniDouka\n", accept_near=False)
    assert tally == Tally(failed=1)
    assert issues(job, "error") == ["“EleniDouka” isn't there; “Eleni Douka” is near."]


@pytest.mark.parametrize(
    ("cell", "proposal"),
    [
        ("Eleni Duka", "“Eleni Duka” isn't there; “Eleni Douka” is near."),
        ("Eleni Douka 2", "Owner: there is no “Eleni Douka 2”."),
    ],
)
def test_a_name_that_is_only_alike_is_proposed_and_never_taken(bring: Bring, cell: str, proposal: str) -> None:
    create_record(system_actor(), USERS, {"name": "Eleni Douka", "email": "e@example.org"})
    job, tally = bring("customer", f"name,owner\nA,{cell}\n")
    assert tally == Tally(created=1, warnings=1)
    assert customers()["A"].owner_id is None
    assert issues(job, "warning") == [proposal]


def test_a_row_of_the_file_itself_is_not_made_twice_for_its_child(bring: Bring) -> None:
    _job, tally = bring("customer", "name,parent\nChild,Mother\nMother,Grandmother\n", create_missing=True)
    assert tally == Tally(created=2)
    found = customers()
    assert found["Child"].parent_id == found["Mother"].id
    assert found["Mother"].parent_id == found["Grandmother"].id


def test_a_name_that_several_have_is_nobody_s(bring: Bring) -> None:
    for address in ("a@example.org", "b@example.org"):
        create_record(system_actor(), USERS, {"name": "Jan Kowalski", "email": address})
    job, tally = bring("customer", "name,owner\nA,Jan Kowalski\nB,b@example.org\n")
    assert tally == Tally(created=2, warnings=1)
    assert customers()["A"].owner_id is None
    assert issues(job, "warning") == ["Owner: several are called “Jan Kowalski”."]


def test_relations_are_found_where_there_are_too_many_to_know_by_heart(
    bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.imports.matching.KNOWN_BY_HEART", 2)
    for number in range(5):
        create_record(system_actor(), USERS, {"name": f"Seller {number}", "email": f"{number}@example.org"})
    _job, tally = bring("customer", "name,owner\nA,Seller 4\nB,Seller 0\nC,Nobody\n")
    assert tally == Tally(created=3, warnings=1)
    assert None not in (customers()["A"].owner_id, customers()["B"].owner_id)


def test_a_relation_that_most_rows_have_is_listed_where_it_is_empty(bring: Bring) -> None:
    job, tally = bring("customer", "name,owner\nA,Eleni\nB,Eleni\nC,\n", create_missing=True)
    assert tally.warnings == 0
    assert "Owner is empty." in issues(job, "notice")


def test_importing_costs_no_statement_for_each_relation(bring: Bring, statements: list[str]) -> None:
    create_record(system_actor(), USERS, {"name": "Eleni", "email": "e@example.org"})
    statements.clear()
    bring("customer", "name,owner\n" + "".join(f"Customer {number},Eleni\n" for number in range(200)))
    asked = [each for each in statements if each.startswith("SELECT") and "core_user" in each.partition("WHERE")[0]]
    assert len(asked) < 5


# Trying, stopping, going on


def test_a_dry_run_tells_everything_and_writes_nothing(take: Take) -> None:
    make(name="Elaiones")
    text = "name,owner,email,parent\nElaiones,New Person,,\nB,,bad,\nC,New Person,,Nobody\n"
    job = take("customer", text, create_missing=False)
    before = db.session.scalar(select(func.max(JournalEntry.sequence)))
    trial = trials.try_out(system_actor(), job)
    assert trial.tally == asdict(Tally(created=1, skipped=1, failed=1, warnings=3))
    assert [(reason["message"], reason["rows"]) for reason in trial.reasons] == [
        ("Mail: This isn't a mail address.", 1),
        ("Owner is empty.", 1),
        ("Owner: there is no “New Person”.", 2),
        ("Belongs to: there is no “Nobody”.", 1),
    ]
    assert [reason["value"] for reason in trial.reasons] == ["bad", "", "", ""], "what is wrong stands beside its row"
    assert db.session.scalar(select(func.max(JournalEntry.sequence))) == before
    assert list(customers()) == ["Elaiones"]
    assert job.status == "draft"
    operations.run(system_actor(), job)
    assert [reason["value"] for reason in queries.reasons(job) if reason["level"] == "error"] == ["bad"]


def test_a_dry_run_knows_across_batches_what_a_run_would_find(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.imports.running.BATCH", 2)
    text = (
        "name,parent,owner\nA,C,New Person\nB,,New Person\nA,C,New Person\nC,,New Person\nB,A,New Person\n"
        "D,Nobody,New Person\n"
    )
    tried = trials.try_out(system_actor(), take("customer", text, create_missing=True))
    assert customers() == {}
    job = take("customer", text, create_missing=True)
    ran = operations.run(system_actor(), job)
    assert tried.tally == asdict(ran) == asdict(Tally(created=4, skipped=1, failed=1))
    told = [(reason["level"], reason["code"], reason["rows"], reason["first"]) for reason in tried.reasons]
    assert sorted(told) == sorted(
        (reason["level"], reason["code"], reason["rows"], reason["first"]) for reason in queries.reasons(job)
    )


class _Stop(BaseException):
    """Ends a run as a killed process does: without a word."""


def test_a_stopped_import_goes_on_behind_its_last_batch(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.imports.running.BATCH", 10)
    text = "name,parent\n" + "".join(f"Customer {number},Customer {number + 1}\n" for number in range(34))
    job = take("customer", text)
    write_batch, batches = Runner.batch, iter(range(100))

    def stop_in_the_third(runner: Runner, batch: Any) -> Any:
        written = write_batch(runner, batch)
        if next(batches) == 2:
            raise _Stop
        return written

    monkeypatch.setattr(Runner, "batch", stop_in_the_third)
    with pytest.raises(_Stop):
        operations.run(system_actor(), job)
    db.session.refresh(job)
    assert (job.status, job.done_rows, len(customers())) == ("running", 20, 20)
    monkeypatch.setattr(Runner, "batch", write_batch)
    tally = operations.run(system_actor(), job)
    assert tally == Tally(created=34, warnings=1)  # the last one's parent doesn't exist
    found = customers()
    assert all(found[f"Customer {n}"].parent_id == found[f"Customer {n + 1}"].id for n in range(33))


def test_an_import_that_breaks_says_so_and_can_go_on(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    job = take("customer", "name\nA\n")
    monkeypatch.setattr(Runner, "batch", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        operations.run(system_actor(), job)
    db.session.refresh(job)
    assert job.status == "failed"
    monkeypatch.undo()
    assert operations.run(system_actor(), db.session.get_one(Import, job.id)) == Tally(created=1)


def test_an_import_never_runs_twice(bring: Bring) -> None:
    job, _tally = bring("customer", "name\nA\n")
    with pytest.raises(Problem) as caught:
        operations.run(system_actor(), job)
    assert caught.value.status == 409
    assert len(customers()) == 1


# Undoing


def test_undo_takes_out_what_is_new_and_gives_back_what_was_changed(bring: Bring) -> None:
    make(name="Elaiones", city="Patra")
    job, _tally = bring("customer", "name,city,parent\nElaiones,Athens,\nNew,Łódź,Elaiones\n")
    undone = undoing.undo(system_actor(), job)
    assert (undone.put_back, undone.kept) == ({"customer": 2}, [])
    assert {name: each.city for name, each in customers().items()} == {"Elaiones": "Patra"}
    assert queries.find_import(job.id).status == "undone"


def test_undo_leaves_alone_what_somebody_changed_since(bring: Bring) -> None:
    make(name="Changed", city="Patra")
    job, _tally = bring("customer", "name,city\nChanged,Athens\nNew,Łódź\nUntouched,Lublin\n")
    update_record(system_actor(), CUSTOMERS, customers()["Changed"], {"city": "Volos"})
    update_record(system_actor(), CUSTOMERS, customers()["New"], {"email": "n@example.org"})
    kept_ids = {customers()["Changed"].id, customers()["New"].id}
    assert {record_id for _key, record_id in undoing.changed_since(job, 10)} == kept_ids
    undone = undoing.undo(system_actor(), job)
    assert undone.put_back == {"customer": 1}
    assert {record_id for _key, record_id in undone.kept} == kept_ids
    assert {name: each.city for name, each in customers().items()} == {"Changed": "Volos", "New": "Łódź"}


def test_the_plan_of_an_undo_tells_what_it_will_come_to(bring: Bring) -> None:
    make(name="Changed", city="Patra")
    make(name="Elsewhere", city="Patra")
    text = "name,city,owner\nChanged,Athens,\nElsewhere,Athens,\nNew,Łódź,Someone\nUntouched,Lublin,Someone\n"
    job, _tally = bring("customer", text, create_missing=True)
    update_record(system_actor(), CUSTOMERS, customers()["Changed"], {"city": "Volos"})
    update_record(system_actor(), CUSTOMERS, customers()["Elsewhere"], {"email": "e@example.org"})
    update_record(system_actor(), CUSTOMERS, customers()["New"], {"email": "n@example.org"})
    planned = undoing.plan(job)
    assert planned == undoing.Plan({"customer": 1, "user": 1}, {"customer": 1}, {"customer": 2})
    undone = undoing.undo(system_actor(), job)
    assert undone.put_back == {"customer": 2, "user": 1}
    assert len(undone.kept) == 2
    assert undoing.plan(job) == undoing.Plan({}, {}, {"customer": 2})


def test_another_field_that_changed_since_does_not_keep_an_update(bring: Bring) -> None:
    make(name="Elaiones", city="Patra")
    job, _tally = bring("customer", "name,city\nElaiones,Athens\n")
    update_record(system_actor(), CUSTOMERS, customers()["Elaiones"], {"email": "e@example.org"})
    assert undoing.undo(system_actor(), job).put_back == {"customer": 1}
    assert (customers()["Elaiones"].city, customers()["Elaiones"].email) == ("Patra", "e@example.org")


def test_undo_takes_out_what_was_made_on_the_way(bring: Bring) -> None:
    job, _tally = bring("customer", "name,owner\nA,New Person\n", create_missing=True)
    assert undoing.undo(system_actor(), job).put_back == {"customer": 1, "user": 1}
    assert customers() == {}


def test_an_undo_that_was_stopped_is_finished_by_the_next(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    job, _tally = bring("customer", "name\n" + "".join(f"Customer {number}\n" for number in range(5)))
    monkeypatch.setattr(undoing, "BATCH", 2)
    put_back, turns = undoing._put_back, iter(range(100))

    def stop_after_three(*arguments: Any) -> bool:
        if next(turns) == 3:
            raise _Stop
        return put_back(*arguments)

    monkeypatch.setattr(undoing, "_put_back", stop_after_three)
    with pytest.raises(_Stop):
        undoing.undo(system_actor(), job)
    assert len(customers()) == 3
    monkeypatch.setattr(undoing, "_put_back", put_back)
    assert undoing.undo(system_actor(), queries.find_import(job.id)) == undoing.Undone({"customer": 5}, [])
    assert customers() == {}


def test_an_import_is_undone_once(bring: Bring, take: Take) -> None:
    job, _tally = bring("customer", "name\nA\n")
    undoing.undo(system_actor(), job)
    for each in (queries.find_import(job.id), take("customer", "name\nB\n")):
        with pytest.raises(Problem) as caught:
            undoing.undo(system_actor(), each)
        assert caught.value.status == 409


def test_an_undone_import_can_be_brought_again(bring: Bring) -> None:
    text = "name,city\nElaiones,Patra\n"
    job, _tally = bring("customer", text)
    undoing.undo(system_actor(), job)
    assert bring("customer", text)[1] == Tally(created=1)


def test_what_lies_in_the_bin_is_not_brought_back_by_its_id(bring: Bring) -> None:
    customer = make(name="Elaiones")
    bin_record(system_actor(), CUSTOMERS, customer)
    job, tally = bring("customer", f"id,name\n{customer.id},Elaiones\n")
    assert tally == Tally(failed=1)
    assert issues(job, "error") == ["This record is in the bin, or isn't yours to see."]


def test_many_new_records_cost_statements_by_the_batch(bring: Bring, statements: list[str]) -> None:
    statements.clear()
    _job, tally = bring("customer", "name,city\n" + "".join(f"Customer {number},Patra\n" for number in range(300)))
    assert tally == Tally(created=300)
    assert len(statements) < 40


def test_many_made_at_once_keep_the_rules_of_one(bring: Bring) -> None:
    job, tally = bring("customer", "name,tax_number,country\nGood,123456783,GR\nBad,123456784,GR\n", match="")
    assert tally == Tally(created=1, failed=1)
    assert customers()["Good"].tax_number == "EL123456783"
    assert issues(job, "error") == ["Tax number: Check the tax number: its digits don't fit together."]
    found = db.session.scalars(select(JournalEntry).where(JournalEntry.import_id == job.id)).one()
    assert (found.operation, found.changes["name"]) == ("insert", [None, "Good"])


def test_two_rows_with_one_id_are_told(bring: Bring) -> None:
    ours = "0191d2a1-0000-7000-8000-00000000000"
    text = f"id,name\n{ours}1,A\n{ours}1,B\n{ours}2,C\n"
    job, tally = bring("customer", text, match="name")
    assert tally == Tally(created=2, failed=1)
    assert set(customers()) == {"A", "C"}
    assert issues(job, "error") == ["Row 2 has the same id."]


def test_a_record_that_the_database_refuses_takes_no_other_with_it(
    bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Runner, "_refuse_taken_ids", lambda *_: None)
    binned = make(name="Binned")
    bin_record(system_actor(), CUSTOMERS, binned)
    binned_id = binned.id
    db.session.expunge_all()
    job, tally = bring("customer", f"id,name\n{binned_id},A\n{new_id()},B\n", match="")
    assert tally == Tally(created=1, failed=1)
    assert set(customers()) == {"B"}
    assert issues(job, "error") == ["Another record has the same values where each has its own."]


def test_undoing_an_import_of_which_nothing_came_in_does_nothing(bring: Bring) -> None:
    make(name="Elaiones")
    job, tally = bring("customer", "name,email\nA,bad\n")
    assert tally == Tally(failed=1)
    before = db.session.scalar(select(func.max(JournalEntry.sequence)))
    assert undoing.undo(system_actor(), job) == undoing.Undone({}, [])
    assert db.session.scalar(select(func.max(JournalEntry.sequence))) == before
    assert (list(customers()), job.status) == (["Elaiones"], "undone")


def test_an_unknown_choice_is_told_to_whoever_wants_it_made(bring: Bring) -> None:
    field = {
        "record_type": "customer",
        "label": "Tier",
        "kind": "choice",
        "choices": ["Gold", "Silver"],
    }
    create_record(system_actor(), CUSTOM_FIELDS, field)
    job, tally = bring("customer", "name,Tier\nA,gold\nB,Bronze\n", create_missing=True)
    assert tally == Tally(created=1, failed=1)
    assert customers()["A"].custom == {"tier": "Gold"}
    told = "Tier: “Bronze” isn't one of its choices, and an import adds none. They are: Gold, Silver."
    assert [reason["message"] for reason in queries.reasons(job)] == [told]
    job, tally = bring("customer", "name,Tier\nB,Bronze\n")
    assert tally == Tally(failed=1)


def test_a_team_is_made_below_the_office_that_its_row_names(bring: Bring) -> None:
    text = "sales_agent,manager,regional_office\nA,Dustin,Central\nB,Dustin,Central\nC,West,West\nD,,East\n"
    _job, tally = bring("user", text, create_missing=True)
    assert tally == Tally(created=4)
    office = aliased(Team)
    placed = select(Team.name, office.name).join(office, Team.parent_id == office.id, isouter=True)
    assert sorted(db.session.execute(placed).all(), key=str) == [
        ("Central", None),
        ("Dustin", "Central"),
        ("West", None),
    ]


def test_several_of_a_set_are_read_by_value_or_label(bring: Bring) -> None:
    bring(
        "sales.lead_form", "Name,Title,Asks for,Must be filled in\nPrices,Ask,Mail; name,email\nOther,Ask,Shoe size,\n"
    )
    made = db.session.scalars(select(LeadForm)).one()
    assert (made.asked, made.needed) == (["name", "email"], ["email"])
