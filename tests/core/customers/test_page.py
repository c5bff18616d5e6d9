"""The customer's page: what it shows, what it costs, and what it still shows when a plugin fails."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import system_actor
from core.customers import operations, page, timeline
from core.customers.models import Customer
from core.customers.records import CUSTOMERS
from core.database import db
from core.host.contributions import Alert, HookFailure, Panel, TimelineEntry
from core.records.operations import create_record

#: Statements that the page itself may need: the customer, the related, the parts, and what the frame asks for once.
BUDGET = 8
PANEL = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "aside#panel"}
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def customer(app: Flask) -> Customer:
    made: Customer = create_record(
        system_actor(),
        CUSTOMERS,
        {
            "name": "Ελαιώνες Πελοποννήσου Α.Ε.",
            "roles": ["customer", "distributor"],
            "city": "Πάτρα",
            "street": "Μαιζώνος 84",
            "country": "GR",
            "phone": "2610437221",
            "tax_number": "123456783",
            "since": "2019-03-01",
        },
    )
    operations.add_person(system_actor(), made, {"name": "Δήμητρα Αναγνώστου"}, title="Purchasing")
    return made


def answer_hooks(monkeypatch: pytest.MonkeyPatch, **answers: Any) -> None:
    """Let hooks answer as if a plugin gave it; slots of panels are given as `slot_sidebar=[…]`."""

    def collect(hook: str, **arguments: Any) -> list[Any]:
        if hook == "crm_render_panels":
            return list(answers.get(arguments["slot"].replace("customer.", "slot_"), []))
        found = answers.get(hook, [])
        return list(found(**arguments) if callable(found) else found)

    monkeypatch.setattr(page, "collect", collect)
    monkeypatch.setattr(timeline, "collect", collect)


def test_page_tells_who_the_customer_is(client: FlaskClient, customer: Customer) -> None:
    text = client.get(f"/customers/{customer.id}").text
    assert "<h1" in text
    for words in (
        "Ελαιώνες Πελοποννήσου Α.Ε.",
        "Distributor",
        "EL 123 456 783",
        "+30 261 043 7221",
        "Μαιζώνος 84, Πάτρα, Greece",
        "Δήμητρα Αναγνώστου",
        "Purchasing",
        "Since March 2019",
    ):
        assert words in text


def test_the_side_panel_tells_whom_a_customer_belongs_to(client: FlaskClient, customer: Customer) -> None:
    branch = create_record(system_actor(), CUSTOMERS, {"name": "Υποκατάστημα Αιγίου", "parent": str(customer.id)})
    text = client.get(f"/customers/{branch.id}?panel=1", headers=PANEL).text
    assert "Belongs to" in text
    assert "Ελαιώνες Πελοποννήσου Α.Ε." in text


def test_page_costs_a_fixed_number_of_statements(
    client: FlaskClient, customer: Customer, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_hooks(monkeypatch)
    client.get(f"/customers/{customer.id}")
    statements.clear()
    page.customer_page(system_actor(), customer.id)
    timeline.read_timeline(system_actor(), customer)
    assert len(statements) == 2, statements
    db.session.rollback()  # as between two requests
    statements.clear()
    assert client.get(f"/customers/{customer.id}").status_code == 200
    assert len(statements) <= BUDGET, statements


def test_someone_elses_customer_doesnt_exist(app: Flask, client: FlaskClient) -> None:
    assert client.get(f"/customers/{uuid.uuid4()}").status_code == 404


def test_page_stands_without_any_plugin(
    client: FlaskClient, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_hooks(monkeypatch)
    text = client.get(f"/customers/{customer.id}").text
    assert "data-composer" not in text
    assert "Added to the customers" in text


def test_failing_plugin_leaves_a_card_and_the_rest_is_complete(
    client: FlaskClient, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    failure = HookFailure(plugin="score", hook="crm_render_panels", title="Score", reason="boom", reference="abc")
    bad = Panel(plugin="sales", id="sales.deals", title="Deals", template="no/such/template.html")
    answer_hooks(monkeypatch, slot_sidebar=[failure, bad], crm_collect_timeline=[failure], crm_collect_alerts=[failure])
    answer = client.get(f"/customers/{customer.id}")
    assert answer.status_code == 200
    assert answer.text.count("can’t answer now") >= 4
    assert "boom" not in answer.text
    assert "Δήμητρα Αναγνώστου" in answer.text


def test_alerts_stand_by_urgency(client: FlaskClient, customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    alerts = [
        Alert(customer_id=customer.id, text="€4,310 overdue", level="warning", url="/x", link="2 invoices"),
        Alert(customer_id=customer.id, text="Complaint open since Tuesday: wrong invoice", level="danger"),
        Alert(customer_id=uuid.uuid4(), text="Somebody else's", level="danger"),
    ]
    answer_hooks(monkeypatch, crm_collect_alerts=alerts)
    text = client.get(f"/customers/{customer.id}").text
    assert text.index("<b>Complaint open since Tuesday:</b> wrong invoice") < text.index("€4,310 overdue")
    assert "Somebody else" not in text


def test_composer_has_a_tab_for_what_plugins_offer(
    client: FlaskClient, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = Panel(
        plugin="activities",
        id="activities.note",
        title="Note",
        template="",
        url="/activities/notes",
        context={"key": "n"},
    )
    answer_hooks(monkeypatch, slot_composer=[note])
    text = client.get(f"/customers/{customer.id}").text
    assert 'data-compose="activities.note"' in text
    assert 'hx-post="/activities/notes"' in text
    assert f'name="customer_id" value="{customer.id}"' in text


def test_side_panel_is_a_fragment_with_the_latest(
    client: FlaskClient, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = Panel(
        plugin="sales", id="sales.1", title="Frame contract 2027", template="", url="/sales/1", figure="€64,500"
    )
    answer_hooks(monkeypatch, slot_open=[deal])
    text = client.get(f"/customers/{customer.id}", headers=PANEL).text
    assert "<html" not in text
    assert "data-panel-title" in text
    assert "Frame contract 2027" in text
    assert "Added to the customers" in text


# The timeline


NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def entry(minutes: int, *, kind: str = "note", text: str = "", pinned: bool = False) -> TimelineEntry:
    return TimelineEntry(
        id=uuid.uuid4(),
        at=NOON - timedelta(minutes=minutes),
        kind=kind,
        line=f"entry {minutes}",
        text=text,
        pinned=pinned,
    )


def told(entries: list[TimelineEntry]) -> Any:
    """Answer as a plugin does: strictly before the moment, newest first, at most as many as asked for."""

    def answer(before: datetime | None, limit: int, **_rest: Any) -> list[TimelineEntry]:
        older = [each for each in entries if before is None or each.at < before]
        return sorted(older, key=lambda each: each.at, reverse=True)[:limit]

    return answer


def read_all(customer: Customer) -> list[str]:
    lines, before = [], None
    for _turn in range(50):
        read = timeline.read_timeline(system_actor(), customer, before=before)
        lines += [str(each.line) for day in read.days for each in day.entries]
        before = read.before
        if before is None:
            break
    return lines


def test_scrolling_shows_every_entry_once(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [entry(minutes) for minutes in range(75)]
    answer_hooks(monkeypatch, crm_collect_timeline=told(entries))
    lines = read_all(customer)
    assert sorted(lines) == sorted([f"entry {minutes}" for minutes in range(75)] + ["Added to the customers"])


def test_entries_of_one_moment_arent_lost_between_pages(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [entry(minutes) for minutes in range(18)] + [entry(18) for _same in range(6)] + [entry(30)]
    answer_hooks(monkeypatch, crm_collect_timeline=told(entries))
    lines = read_all(customer)
    assert lines.count("entry 18") == 6
    assert "entry 30" in lines


def test_pinned_entries_stand_at_the_top(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_hooks(monkeypatch, crm_collect_timeline=told([entry(1), entry(5_000, pinned=True)]))
    days = timeline.read_timeline(system_actor(), customer).days
    assert [each.line for each in days[0].entries] == ["entry 5000"]
    assert days[0].label == ""


def test_chips_ask_for_one_kind_and_search_for_words(
    client: FlaskClient, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def answer(**arguments: Any) -> list[TimelineEntry]:
        asked.append(arguments)
        return []

    answer_hooks(monkeypatch, crm_collect_timeline=answer)
    text = client.get(f"/customers/{customer.id}/timeline?kind=call&q=Τιμολόγιο", headers=PARTIAL).text
    assert asked[0]["kinds"] == ("call",)
    assert asked[0]["text"] == "τιμολογιο"
    assert "Nothing like that happened here." in text


def test_days_are_those_of_the_reader(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    late = TimelineEntry(id=uuid.uuid4(), at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC), kind="note", line="late")
    answer_hooks(monkeypatch, crm_collect_timeline=[late])
    labels = [day.label for day in timeline.read_timeline(system_actor(), customer).days]
    assert any("3 March" in label for label in labels)  # half past one in Athens


def test_moment_that_cant_be_read_is_no_page(client: FlaskClient, customer: Customer) -> None:
    assert client.get(f"/customers/{customer.id}/timeline?before=yesterday").status_code == 404


# Small forms


def test_duplicates_are_hinted_while_typing(client: FlaskClient, customer: Customer) -> None:
    text = client.get("/customers/duplicates?name=ελαιωνες πελοποννησου", headers=PARTIAL).text
    assert f"/customers/{customer.id}" in text
    assert "same name" in text
    again = client.get(f"/customers/duplicates?name=ελαιωνες πελοποννησου&exclude={customer.id}", headers=PARTIAL)
    assert str(customer.id) not in again.text


def test_person_is_added_from_the_page(client: FlaskClient, customer: Customer) -> None:
    url = f"/customers/{customer.id}/people"
    assert "Add a person" in client.get(f"{url}/new", headers=PARTIAL).text
    empty = client.post(url, data={"title": "Accounts"}, headers=PARTIAL)
    assert empty.status_code == 422
    assert "Fill in a name" in empty.text
    done = client.post(
        url, data={"given_name": "Γιώργος", "family_name": "Λάμπρου", "title": "Accounts"}, headers=PARTIAL
    )
    assert done.status_code == 204
    assert "Γιώργος Λάμπρου" in client.get(f"/customers/{customer.id}").text


def test_bad_contact_point_is_shown_in_its_dialog(client: FlaskClient, customer: Customer) -> None:
    url = f"/customers/{customer.id}/contacts"
    bad = client.post(url, data={"kind": "email", "value": "nobody"}, headers=PARTIAL)
    assert bad.status_code == 422
    assert "nobody" in bad.text
    assert client.post(url, data={"kind": "email", "value": "a@example.org"}, headers=PARTIAL).status_code == 204
    assert "mailto:a@example.org" in client.get(f"/customers/{customer.id}").text


def test_address_is_edited_in_its_place(client: FlaskClient, customer: Customer) -> None:
    url = f"/customers/{customer.id}/fields/address"
    assert 'name="postcode"' in client.get(f"{url}?edit=1", headers=PARTIAL).text
    data = {"street": "Ερμού 1", "postcode": "262 21", "city": "Πάτρα", "country": "GR", "version": "1"}
    assert "Ερμού 1, 262\N{NO-BREAK SPACE}21 Πάτρα, Greece" in client.post(url, data=data, headers=PARTIAL).text
    stale = client.post(url, data={**data, "street": "Other"}, headers=PARTIAL)
    assert stale.status_code == 409


def test_form_draws_short_fields_on_one_line_and_saves_emptied_lists(client: FlaskClient, customer: Customer) -> None:
    form = client.get(f"/customers/{customer.id}/edit").text
    assert '<textarea class="form-control" id="f-name"' not in form
    assert 'name="tags.sent"' in form
    data = {"name": customer.name, "roles.sent": "1", "tags.sent": "1", "version": "1"}
    assert client.post(f"/customers/{customer.id}", data=data).status_code == 303
    db.session.refresh(customer)
    assert customer.roles == []


def test_part_of_another_customer_isnt_touched(client: FlaskClient, customer: Customer) -> None:
    other: Customer = create_record(system_actor(), CUSTOMERS, {"name": "Other"})
    point = operations.create_contact_point(
        system_actor(), {"customer_id": other.id, "kind": "email", "value": "a@example.org"}
    )
    assert client.post(f"/customers/{customer.id}/contacts/{point.id}/remove").status_code == 404
