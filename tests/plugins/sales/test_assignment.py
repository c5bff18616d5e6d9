"""Assignment: which rule fits a lead, who of the team is next, why, and what happens when nobody answers."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import Actor, system_actor
from core.customers.models import Customer
from core.customers.records import CUSTOMERS
from core.database import db, utc_now, write_unit
from core.host.doors import hookimpl
from core.notifications import Notification
from core.problems import Problem
from core.records.operations import create_record, create_records
from core.records.types import RecordType
from core.territories.operations import create_territory, set_members
from core.users.models import Team, TeamMember, User
from plugins.sales.models import Absence, Assignment, AssignmentRule, Lead, Opportunity, Stage
from plugins.sales.operations.assignment import assign, pass_on
from plugins.sales.operations.leads import create_lead, take_lead
from plugins.sales.queries.assignment import late_leads
from plugins.sales.records import ABSENCES, ASSIGNMENT_RULES, LEADS, OPPORTUNITIES
from tests.at_once import at_once
from tests.plugins.sales.connectors import connected

SYSTEM = system_actor()
ATHENS = ZoneInfo("Europe/Athens")
MakeTeam = Callable[..., Any]


@pytest.fixture
def team(app: Flask) -> MakeTeam:
    """Give a function that makes a team of people, and gives it with their ids in their order."""

    def make(*names: str) -> tuple[Any, list[Any]]:
        with write_unit() as session:
            made = Team(name="Web")
            people = [User(name=name) for name in names]
            session.add_all([made, *people])
            session.flush()
            for number, person in enumerate(people):
                joined = utc_now() - timedelta(days=10 - number)
                session.add(TeamMember(team_id=made.id, user_id=person.id, created_at=joined))
            session.flush()
            return made.id, [person.id for person in people]

    return make


def rule(team_id: Any, **values: Any) -> AssignmentRule:
    with write_unit() as session:
        made = AssignmentRule(name=values.pop("name", "Web leads"), team_id=team_id, **values)
        session.add(made)
        session.flush()
        return made


def lead(**values: Any) -> Lead:
    return create_lead(SYSTEM, {"name": "Maria Korkmaz", "status": "new", "source": "web", **values})


def last_hop() -> Assignment:
    return db.session.query(Assignment).order_by(Assignment.assigned_at.desc()).limit(1).one()


def due_of(made: Lead) -> datetime:
    assert made.respond_by is not None, "its clock runs"
    return made.respond_by


def test_a_rule_of_a_territory_takes_the_leads_that_lie_in_it_or_below(team: MakeTeam) -> None:
    greece = create_territory(SYSTEM, {"name": "Greece", "countries": ["GR"]})
    create_territory(SYSTEM, {"name": "North", "parent_id": greece.id, "countries": ["GR"], "postcodes": ["5"]})
    team_id, people = team("Ana")
    rule(team_id, territory_id=greece.id)
    assert lead(country="GR", postcode="106 71").owner_id == people[0]
    assert lead(country="GR", postcode="546 22").owner_id == people[0]
    assert lead(country="PL", postcode="54-622").owner_id is None
    assert lead().owner_id is None


def test_leads_go_round_the_team(team: MakeTeam) -> None:
    team_id, people = team("Ana", "Bea", "Cid")
    rule(team_id)
    assert [lead().owner_id for _number in range(5)] == [*people, *people[:2]]


def test_lead_goes_to_whoever_has_the_fewest_open(team: MakeTeam) -> None:
    team_id, people = team("Ana", "Bea")
    rule(team_id, method="load")
    for _number in range(2):
        lead(owner_id=people[0])
    assert [lead().owner_id for _number in range(3)] == [people[1], people[1], people[0]]
    assert last_hop().had == 2


@pytest.mark.parametrize(
    ("wanted", "asked"),
    [
        ({"sources": ["fair"]}, {"source": "fair"}),
        ({"languages": ["pl"]}, {"language": "pl"}),
        ({"countries": ["PL", "CZ"]}, {"country": "CZ"}),
        ({"postcodes": ["26"]}, {"postcode": "262 21"}),
    ],
)
def test_rule_is_about_what_it_says(team: MakeTeam, wanted: dict[str, Any], asked: dict[str, Any]) -> None:
    team_id, people = team("Ana")
    rule(team_id, **wanted)
    assert lead(**asked).owner_id == people[0]
    other = {"source": "web", "language": "el", "country": "GR", "postcode": "10431"}
    assert lead(**other).owner_id is None


def test_first_rule_that_fits_decides(team: MakeTeam) -> None:
    everybody, poles = team("Ana"), team("Piotr")
    rule(everybody[0], position=2)
    rule(poles[0], position=1, countries=["PL"])
    assert lead(country="PL").owner_id == poles[1][0]
    assert lead(country="GR").owner_id == everybody[1][0]


def test_whoever_is_away_or_full_is_passed_over_and_that_is_written_down(team: MakeTeam) -> None:
    team_id, (ana, bea, cid) = team("Ana", "Bea", "Cid")
    rule(team_id, most_open=1)
    day = date.today()  # noqa: DTZ011 - the absence reaches a day to both sides
    create_record(
        SYSTEM,
        ABSENCES,
        {"owner": str(ana), "first_day": str(day - timedelta(days=1)), "last_day": str(day + timedelta(days=1))},
    )
    lead(owner_id=bea)
    assert lead().owner_id == cid
    assert last_hop().skipped == {str(ana): "away", str(bea): "full"}
    assert lead().owner_id is None, "everybody is away or full"


def test_absence_ends_after_it_begins(app: Flask) -> None:
    with pytest.raises(Problem) as refused:
        create_record(SYSTEM, ABSENCES, {"first_day": "2026-12-24", "last_day": "2026-12-23"})
    assert set(refused.value.fields) == {"last_day"}
    assert db.session.query(Absence).count() == 0


def test_somebody_who_has_left_gets_nothing(team: MakeTeam) -> None:
    team_id, (ana, bea) = team("Ana", "Bea")
    with write_unit() as session:
        session.get_one(User, ana).active = False
    rule(team_id)
    assert lead().owner_id == bea


def test_lead_that_a_person_writes_is_their_own(team: MakeTeam, seller: Actor) -> None:
    rule(team("Ana")[0])
    assert create_lead(seller, {"name": "Maria", "status": "new"}).owner_id == seller.user_id


def test_imported_leads_without_an_owner_go_by_the_rules(team: MakeTeam, hire: Callable[[str], Actor]) -> None:
    team_id, people = team("Ana", "Bea")
    rule(team_id, sources=["fair"])
    rows = [{"id": each, "name": "Jan", "status": "new", "source": "fair"} for each in ids(3)]
    rows.append({"id": ids(1)[0], "name": "Own", "status": "new", "source": "own"})
    importer = hire("Importer")
    assert create_records(importer, LEADS, rows) == [None] * 4
    owners = [lead.owner_id for lead in db.session.query(Lead).order_by(Lead.name, Lead.id)]
    assert sorted(map(str, owners)) == sorted(map(str, [people[0], people[1], people[0], importer.user_id]))
    assert db.session.query(Assignment).count() == 3


# Deals and customers


def owner_of_new(record_type: RecordType, **values: Any) -> UUID | None:
    owner: UUID | None = create_record(SYSTEM, record_type, values).owner_id
    return owner


def test_deals_and_customers_go_by_rules_of_their_own(team: MakeTeam) -> None:
    leads, deals, customers = team("Ana"), team("Bea"), team("Cid")
    rule(leads[0])
    rule(deals[0], about="deal", sources=["fair"])
    rule(customers[0], about="customer", countries=["GR"])
    assert lead().owner_id == leads[1][0]
    assert owner_of_new(OPPORTUNITIES, name="Canteen", source="fair") == deals[1][0]
    assert owner_of_new(OPPORTUNITIES, name="Canteen", source="web") is None
    assert owner_of_new(CUSTOMERS, name="Ρήγας", country="GR") == customers[1][0]
    assert owner_of_new(CUSTOMERS, name="Kowalski", country="PL") is None


def test_deal_is_where_its_customer_is(team: MakeTeam) -> None:
    greece = create_territory(SYSTEM, {"name": "Greece", "countries": ["GR"]})
    team_id, people = team("Ana")
    rule(team_id, about="deal", territory_id=greece.id, languages=["el"])
    customer = create_record(SYSTEM, CUSTOMERS, {"name": "Ρήγας", "country": "GR", "language": "el"})
    other = create_record(SYSTEM, CUSTOMERS, {"name": "Olive Bar", "country": "GR", "language": "en"})
    assert owner_of_new(OPPORTUNITIES, name="Canteen", customer=str(customer.id)) == people[0]
    assert owner_of_new(OPPORTUNITIES, name="Canteen", customer=str(other.id)) is None


def test_load_of_each_kind_is_counted_by_itself(team: MakeTeam) -> None:
    team_id, (ana, bea) = team("Ana", "Bea")
    rule(team_id, about="deal", method="load", most_open=1)
    lead(owner_id=bea)
    create_record(SYSTEM, OPPORTUNITIES, {"name": "Canteen", "owner": str(ana)})
    assert owner_of_new(OPPORTUNITIES, name="Hotel") == bea
    assert last_hop().skipped == {str(ana): "full"}
    assert owner_of_new(OPPORTUNITIES, name="Bakery") is None, "both have one"


def test_rule_gives_to_whoever_looks_after_the_territory(team: MakeTeam) -> None:
    _team_id, (ana, bea, cid) = team("Ana", "Bea", "Cid")
    greece = create_territory(SYSTEM, {"name": "Greece", "countries": ["GR"], "manager_id": ana})
    north = {"name": "North", "parent_id": greece.id, "countries": ["GR"], "postcodes": ["5"]}
    members = create_territory(SYSTEM, north)
    empty = {"name": "Islands", "parent_id": greece.id, "countries": ["GR"], "postcodes": ["8"]}
    create_territory(SYSTEM, empty)
    set_members(SYSTEM, members, [bea, cid])
    rule(None, about="customer", goes_to="territory")
    names = ("Ρήγας", "Δούκας", "Παππάς")
    got = [owner_of_new(CUSTOMERS, name=name, country="GR", postcode="546 22") for name in names]
    assert (got[0], set(got)) == (got[2], {bea, cid}), "in turns"
    assert owner_of_new(CUSTOMERS, name="Νησί", country="GR", postcode="841 00") == ana, "the nearest above"
    assert owner_of_new(CUSTOMERS, name="Kowalski", country="PL") is None


def test_rule_gives_to_the_manager_of_the_territory(team: MakeTeam) -> None:
    _team_id, (ana, bea) = team("Ana", "Bea")
    greece = create_territory(SYSTEM, {"name": "Greece", "countries": ["GR"], "manager_id": ana})
    set_members(SYSTEM, greece, [bea])
    rule(None, goes_to="manager")
    assert [lead(country="GR").owner_id for _number in range(2)] == [ana, ana]


def test_imported_deals_and_customers_without_an_owner_go_by_the_rules(
    team: MakeTeam, hire: Callable[[str], Actor]
) -> None:
    team_id, (ana, bea) = team("Ana", "Bea")
    rule(team_id, about="customer")
    rule(team_id, about="deal")
    importer = hire("Importer")
    customers = [{"id": each, "name": "Kowalski", "kind": "organisation"} for each in ids(2)]
    customers.append({"id": ids(1)[0], "name": "Own", "owner_id": importer.user_id})
    assert create_records(importer, CUSTOMERS, customers) == [None] * 3
    owners = list(db.session.scalars(select(Customer.owner_id).order_by(Customer.name)))
    assert ({*owners[:2]}, owners[2]) == ({ana, bea}, importer.user_id)
    won = db.session.scalars(select(Stage.id).where(Stage.kind == "won")).first()
    deals = [{"id": each, "name": "Open", "customer_id": customers[0]["id"]} for each in ids(2)]
    deals.append({"id": ids(1)[0], "name": "Won", "stage_id": won})
    assert create_records(importer, OPPORTUNITIES, deals) == [None] * 3
    owners = list(db.session.scalars(select(Opportunity.owner_id).order_by(Opportunity.name)))
    assert ({*owners[:2]}, owners[2]) == ({ana, bea}, importer.user_id), "what is won is history"
    assert db.session.query(Assignment).count() == 4


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"goes_to": "team"}, "team"),
        ({"goes_to": "manager", "about": "customer", "sources": ["fair"]}, "sources"),
        ({"goes_to": "manager", "about": "customer", "passes_on": True}, "passes_on"),
        ({"goes_to": "territory", "about": "deal", "passes_on": True}, "passes_on"),
    ],
)
def test_rule_asks_for_nothing_that_cannot_be(app: Flask, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Problem) as refused:
        create_record(SYSTEM, ASSIGNMENT_RULES, {"name": "Rule", **values})
    assert set(refused.value.fields) == {field}


class Registry:
    """A plugin that knows to whom customers belong."""

    def __init__(self, owner: UUID | None) -> None:
        self.owner = owner
        self.asked: list[tuple[str, list[str]]] = []

    @hookimpl
    def crm_assign_work(self, record_type: str, records: Sequence[Any]) -> Sequence[Any]:
        self.asked.append((record_type, [each.name for each in records]))
        for each in records:
            each.owner_id = self.owner
        return ()


def test_plugin_that_knows_whose_a_customer_is_goes_before_the_rules(team: MakeTeam, seller: Actor) -> None:
    rule(team("Ana")[0], about="customer", name="Everybody")
    registry = Registry(seller.user_id)
    with connected(registry):
        made = create_record(SYSTEM, CUSTOMERS, {"name": "Ρήγας"})
    assert registry.asked == [("customer", ["Ρήγας"])]
    assert made.owner_id == seller.user_id


def test_customer_of_nobody_is_assigned_from_its_page(client: FlaskClient, team: MakeTeam) -> None:
    made = create_record(SYSTEM, CUSTOMERS, {"name": "Ρήγας"})
    assert "Assign by the rules" in client.get(f"/customers/{made.id}").text
    rule(team("Ana")[0], about="customer", name="Everybody")
    assert client.post(f"/sales/assign-by-rules/customer/{made.id}").status_code == 303
    page = client.get(f"/customers/{made.id}").text
    assert "It was the turn of Ana by the rule “Everybody”." in page
    assert client.post(f"/sales/assign-by-rules/user/{made.id}").status_code == 404


def ids(number: int) -> list[Any]:
    from core.database import new_id

    return [new_id() for _number in range(number)]


def test_turns_are_given_exactly_once_each_under_concurrency(app: Flask, team: MakeTeam) -> None:
    team_id, people = team("Ana", "Bea", "Cid", "Dan")
    rule(team_id)
    got: list[UUID | None] = []
    at_once(app, 4, lambda _number: got.extend([lead().owner_id for _lead in range(3)]))
    assert {person: got.count(person) for person in people} == dict.fromkeys(people, 3)


# Late


def told_to(user_id: UUID) -> list[str]:
    statement = select(Notification.text).where(Notification.user_id == user_id).order_by(Notification.id)
    return list(db.session.scalars(statement))


def test_late_lead_goes_to_the_next_one_whose_clock_begins_anew(team: MakeTeam) -> None:
    team_id, (ana, bea) = team("Ana", "Bea")
    rule(team_id, passes_on=True)
    made = lead()
    due = due_of(made)
    with time_machine.travel(due + timedelta(minutes=5), tick=False):
        assert late_leads(None, 10) == [made.id]
        assert pass_on(made) is not None
        assert (made.owner_id, last_hop().missed_at) == (bea, due)
        assert due_of(made) > due
        assert told_to(bea)[-1].endswith("waited too long with somebody else; it is yours now.")
        assert pass_on(made) is None, "its new clock runs"
    with time_machine.travel(due_of(made) + timedelta(minutes=5), tick=False):
        assert pass_on(made) is None, "everybody had it"
        assert made.owner_id == bea
    assert ana != bea


def test_rule_says_how_long_its_leads_may_wait(team: MakeTeam) -> None:
    rule(team("Ana", "Bea")[0], answer_within=15, passes_on=True)
    with time_machine.travel(datetime(2026, 11, 20, 10, tzinfo=ATHENS), tick=False) as clock:
        made = lead()
        assert due_of(made) == datetime(2026, 11, 20, 10, 15, tzinfo=ATHENS)
        said = datetime(2026, 11, 20, 12, tzinfo=ATHENS)
        assert due_of(lead(respond_by=said)) == said, "whoever makes it knows better"
        clock.move_to(datetime(2026, 11, 20, 10, 20, tzinfo=ATHENS))
        assert pass_on(made) is not None
        assert due_of(made) == datetime(2026, 11, 20, 10, 35, tzinfo=ATHENS)


def test_lead_that_was_answered_stays(team: MakeTeam, seller: Actor) -> None:
    rule(team("Ana", "Bea")[0], passes_on=True)
    made = lead()
    due = due_of(made)
    take_lead(SYSTEM, made)
    with time_machine.travel(due + timedelta(minutes=5), tick=False):
        assert pass_on(made) is None
        assert late_leads(None, 10) == []


def test_late_lead_stays_where_no_rule_passes_it_on(team: MakeTeam) -> None:
    rule(team("Ana", "Bea")[0])
    made = lead()
    with time_machine.travel(due_of(made) + timedelta(minutes=5), tick=False):
        assert late_leads(None, 10) == []
        assert pass_on(made) is None


# Pages


def test_page_of_a_lead_says_why_it_is_whose_it_is(client: FlaskClient, team: MakeTeam) -> None:
    team_id, (ana, bea) = team("Ana", "Bea")
    rule(team_id, name="Everything", most_open=1)
    lead(owner_id=ana)
    made = lead()
    page = client.get(f"/sales/leads/{made.id}").text
    assert made.owner_id == bea
    for text in ("Why Bea", "It was the turn of Bea by the rule “Everything”.", "Passed over: Ana (has enough)."):
        assert text in page


def test_lead_of_nobody_is_assigned_from_its_page(client: FlaskClient, team: MakeTeam) -> None:
    made = lead()
    url = f"/sales/leads/{made.id}"
    assert "Assign by the rules" in client.get(url).text
    assert client.post(f"/sales/assign-by-rules/lead/{made.id}").status_code == 422
    rule(team("Ana")[0])
    assert client.post(f"/sales/assign-by-rules/lead/{made.id}").status_code == 303
    assert "Why Ana" in client.get(url).text


def test_nobody_assigns_a_lead_that_is_not_theirs(team: MakeTeam, seller: Actor) -> None:
    rule(team("Ana")[0])
    made = lead()
    with pytest.raises(Problem) as refused:
        assign(seller, made)
    assert refused.value.status == 404


def test_page_of_a_rule_says_who_is_in_turn(client: FlaskClient, team: MakeTeam) -> None:
    made = rule(team("Ana", "Bea")[0])
    lead()
    page = client.get(f"/sales/assignment-rules/{made.id}").text
    for text in ("Who gets them", "1 open lead", "got the last one"):
        assert text in page


def test_chosen_leads_of_nobody_are_assigned_and_undone_at_once(client: FlaskClient, team: MakeTeam) -> None:
    made, (ana, bea) = team("Ana", "Bea")
    nobodys, somebodys = [lead(), lead()], lead(name="Taken")
    with write_unit():
        nobodys[0].owner_id = nobodys[1].owner_id = None
        somebodys.owner_id = bea
    rule(made)

    assert "Assign by the rules" in client.get("/sales/leads").text
    ids = [str(each.id) for each in (*nobodys, somebodys)]
    answer = client.post("/sales/leads/bulk?action=sales.assign_by_rules", data={"ids": ids}, follow_redirects=True)
    told = unescape(answer.text)
    assert "2 records were assigned." in told
    assert r"1 was left as it is. Taken: It is somebody\u2019s already." in told
    assert {owner_of(each) for each in nobodys} == {ana, bea}

    undo = re.search("/undo/[0-9a-f-]{36}", told)
    assert undo is not None
    client.post(undo[0])
    assert [owner_of(each) for each in nobodys] == [None, None]


def owner_of(record: Any) -> UUID | None:
    db.session.refresh(record)
    owner: UUID | None = record.owner_id
    return owner


def test_form_of_a_rule_offers_the_sources_by_their_names(client: FlaskClient, team: MakeTeam) -> None:
    team_id, _people = team("Ana")
    form = client.get("/sales/assignment-rules/new").text
    assert "Trade fair" in form.partition("Sources")[2].partition("Languages")[0]
    data = {"name": "Fairs", "sources": ["web", "fair"], "team": str(team_id), "about": "lead"}
    assert client.post("/sales/assignment-rules", data=data).status_code in (201, 303)
    made = db.session.scalars(select(AssignmentRule)).one()
    assert made.sources == ["web", "fair"]
    assert "Trade fair" in client.get(f"/sales/assignment-rules/{made.id}").text
