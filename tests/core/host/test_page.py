"""The page of plugins: every state has its card, and what is on can be switched off whatever its state."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.access import acting_as, system_actor
from core.app import create_app
from core.customers.operations import create_customer
from core.database import db, write_unit
from core.host.doors import collect
from core.host.lifecycle import disable_plugin, enable_plugin
from core.host.states import State
from core.jobs import events
from core.users.operations import add_user
from pelatis.commands import inside
from pelatis.commands.plugins import plugin
from plugins.activities.operations import write_note
from tests.conftest import PASSWORD, make_settings, sign_in
from tests.core.host.conftest import MANIFEST, MIGRATION, WritePlugin, host_of
from tests.core.host.test_lifecycle import FAILING, SECOND

Restart = Callable[..., FlaskClient]


@pytest.fixture
def restart(core_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Restart]:
    """Start the whole of Pelatis with some plugins on one database, and sign its administrator in."""
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_group: [])
    made: list[Flask] = []

    def start(*plugins: str, safe_mode: bool = False) -> FlaskClient:
        settings = make_settings(tmp_path, core_database, PELATIS_SAFE_MODE="1" if safe_mode else "")
        app = create_app(settings, extra_plugins=plugins)
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context(), acting_as(system_actor()):
            if not made:
                add_user(system_actor(), email="admin@example.org", role="administrator", password=PASSWORD)
            db.session.remove()
        made.append(app)
        return sign_in(app, "admin@example.org")

    yield start
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def card(client: FlaskClient, name: str) -> str:
    """Read one plugin's card off the page."""
    text = page(client)
    found = re.search(rf'<li class="g-card[^>]*id="plugin-{name}">.*?(?=<li class="g-card|</main>|\Z)', text, re.DOTALL)
    assert found, text
    return found[0]


def page(client: FlaskClient) -> str:
    return unescape(client.get("/admin/plugins").text)


def switch_of(card_text: str) -> str:
    """Tell how the switch of a card stands: on, off, or none."""
    found = re.search(r'<input[^>]*role="switch"[^>]*>', card_text)
    return "none" if not found else "on" if " checked" in found[0] else "off"


def switch(client: FlaskClient, name: str, *, on: bool, **more: str) -> str:
    """Click a switch and read what the page that follows says."""
    answer = client.post(f"/admin/plugins/{name}/switch", data=({"enabled": "on"} if on else {}) | more)
    assert answer.status_code == 303
    return unescape(client.get(answer.location).text).replace("\\u2019", "’").replace("\\'", "'")


def enable(client: FlaskClient, *names: str) -> None:
    with client.application.app_context():
        for name in names:
            enable_plugin(host_of(client.application), name)


def status(client: FlaskClient, name: str) -> tuple[State, bool]:
    with client.application.app_context():
        found = host_of(client.application).status(name)
        return found.state, found.switched_on


def test_a_new_plugin_has_a_switch_that_is_off_and_nothing_to_purge(
    write_plugin: WritePlugin, restart: Restart
) -> None:
    found = card(restart(write_plugin("alpha")), "alpha")
    assert (switch_of(found), "Never switched on" in found, "Purge…" in found) == ("off", True, False)


def test_a_plugin_is_switched_on_and_off_on_the_page(write_plugin: WritePlugin, restart: Restart) -> None:
    client = restart(write_plugin("alpha"))
    assert "Alpha is on." in switch(client, "alpha", on=True)
    found = card(client, "alpha")
    shown, _details, folded = found.partition("<details")
    assert (switch_of(found), "Purge…" in shown, "Purge…" in folded) == ("on", False, True)
    assert "Alpha is off. Its records are kept." in switch(client, "alpha", on=False)
    found = card(client, "alpha")
    assert (switch_of(found), "/admin/plugins/alpha/purge" in found) == ("off", True)


def test_what_leans_on_something_that_is_off_says_so_and_takes_it_along(
    write_plugin: WritePlugin, restart: Restart
) -> None:
    client = restart(write_plugin("lower"), write_plugin("upper", requires=("lower",)))
    enable(client, "lower", "upper")
    safe = restart("lower", "upper", safe_mode=True)
    switch(safe, "lower", on=False)
    client = restart("lower", "upper")
    found = card(client, "upper")
    assert (switch_of(found), "Rests" in found) == ("on", True)
    assert "It needs Lower, which is off." in found
    assert "Switch on with all that it needs" in found
    assert "1 needs you." in page(client)
    switch(client, "upper", on=True)
    assert switch_of(card(client, "lower")) == "on"
    assert "Rests" not in card(client, "upper")


BROKEN: Final[dict[State, dict[str, Any]]] = {
    State.failed: {"views": "1 / 0"},
    State.incompatible: {"requires": ("nowhere",)},
    State.pending_migration: {"migrations": {"0001_things": MIGRATION, "0002_more": SECOND}},
}


@pytest.mark.parametrize("state", [*BROKEN, State.missing])
def test_what_cannot_run_and_is_on_can_be_switched_off_and_purged(
    state: State, write_plugin: WritePlugin, restart: Restart
) -> None:
    client = restart(write_plugin("alpha"))
    enable(client, "alpha")
    client = restart() if state is State.missing else restart(write_plugin("alpha", **BROKEN[state]))
    assert status(client, "alpha") == (state, True)
    found = card(client, "alpha")
    assert (switch_of(found), 'hx-get="/admin/plugins/alpha/purge"' in found) == ("on", True)
    assert ("Try again" in found) == (state is State.pending_migration)
    panel = unescape(client.get("/admin/plugins/alpha/purge").text)
    assert "Alpha is on. Switch it off before you purge it." in panel
    assert ("Switch it off" in panel, 'name="name"' in panel) == (True, False)
    refused = client.post("/admin/plugins/alpha/purge", data={"name": "alpha"})
    assert refused.status_code == 409

    panel = switch(client, "alpha", on=False, then="purge")
    assert "No plugin that is on needs it" in panel
    assert switch_of(card(client, "alpha")) == ("off" if state is State.pending_migration else "none")
    assert client.post("/admin/plugins/alpha/purge", data={"name": "alpha"}).status_code == 303
    assert "/admin/plugins/alpha/purge" not in page(client)


def test_purge_names_what_has_to_be_switched_off_first(write_plugin: WritePlugin, restart: Restart) -> None:
    client = restart(write_plugin("lower"), write_plugin("upper", requires=("lower",)))
    enable(client, "lower", "upper")
    panel = unescape(client.get("/admin/plugins/lower/purge").text)
    assert "Lower is needed by Upper. Switch that off first." in panel
    assert "Lower is on. Switch it off before you purge it." in panel
    assert "Switch it off</button>" not in panel


def test_safe_mode_draws_what_is_on_switches_it_off_and_refuses_to_switch_on(
    write_plugin: WritePlugin, restart: Restart
) -> None:
    client = restart(write_plugin("alpha"), write_plugin("omega"))
    enable(client, "alpha", "omega")
    with client.application.app_context():
        disable_plugin(host_of(client.application), "omega")
    safe = restart("alpha", "omega", safe_mode=True)
    text = page(safe)
    assert "Safe mode." in text
    assert "start Pelatis without PELATIS_SAFE_MODE" in text
    assert "Restart needed" not in text
    assert "1 on, 1 off. Switching off works at once" in text
    assert [switch_of(card(safe, name)) for name in ("alpha", "omega")] == ["on", "off"]
    assert "Safe mode: only the core was started." in card(safe, "alpha")
    assert "Safe mode: only the core was started." not in card(safe, "omega")
    assert "Switch on with" not in text

    assert "This is safe mode, where no plugin can be switched on." in switch(safe, "omega", on=True)
    assert status(safe, "omega") == (State.disabled, False)
    assert "Alpha is off. Its records are kept." in switch(safe, "alpha", on=False)
    assert switch_of(card(safe, "alpha")) == "off"
    assert safe.post("/admin/plugins/alpha/purge", data={"name": "alpha"}).status_code == 303
    assert status(restart("alpha", "omega"), "alpha") == (State.discovered, False)


LISTENING = """
    from core.host.doors import hookimpl

    heard = []


    @hookimpl
    def crm_handle_event(event):
        heard.append(event.record_type)
"""


@pytest.mark.parametrize("answer", ["with", "without"])
def test_what_happened_meanwhile_is_worked_through_or_skipped_as_one_chooses(
    answer: str, write_plugin: WritePlugin, restart: Restart
) -> None:
    client = restart(write_plugin("alpha", hooks=LISTENING))
    app = client.application
    enable(client, "alpha")
    with app.app_context():
        events.dispatch("test")  # begins to listen
        heard: list[str] = host_of(app).loaded["alpha"].rooms["hooks"].heard
    assert "since it was last at work" not in page(client)
    switch(client, "alpha", on=False)
    assert "since it was last at work" not in page(client)
    with app.app_context(), acting_as(system_actor()):
        add_user(system_actor(), email="eve@example.org", role="viewer", password=PASSWORD)
    found = card(client, "alpha")
    assert re.search(r"\d+ changes? (was|were) made since it was last at work", found)
    assert ["Switch on with them" in found, "Switch on without them" in found] == [True, True]

    switch(client, "alpha", on=True, **({"events": "skip"} if answer == "without" else {}))
    assert "since it was last at work" not in page(client)
    with app.app_context():
        events.dispatch("test")
    assert bool(heard) == (answer == "with")


def test_nothing_is_skipped_when_switching_on_fails(write_plugin: WritePlugin, restart: Restart) -> None:
    client = restart(write_plugin("alpha", hooks=LISTENING))
    enable(client, "alpha")
    with client.application.app_context():
        events.dispatch("test")
        disable_plugin(host_of(client.application), "alpha")
    migrations = {"0001_things": MIGRATION, "0002_bad": FAILING}
    client = restart(write_plugin("alpha", hooks=LISTENING, migrations=migrations))
    with client.application.app_context(), acting_as(system_actor()):
        add_user(system_actor(), email="eve@example.org", role="viewer", password=PASSWORD)
        before = events.waiting_events()
    assert before["alpha"]
    assert "was left as it is" in switch(client, "alpha", on=True, events="skip")
    with client.application.app_context():
        assert events.waiting_events() == before


def test_the_command_skips_and_tells_what_stands_in_the_way_of_a_purge(
    write_plugin: WritePlugin, restart: Restart, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = restart(write_plugin("lower", hooks=LISTENING), write_plugin("upper", requires=("lower",)))
    app = client.application

    @contextmanager
    def opened() -> Iterator[Flask]:
        with inside(app):
            yield app

    monkeypatch.setattr("pelatis.commands.plugins.application", opened)
    enable(client, "lower", "upper")
    with app.app_context():
        events.dispatch("test")
    run = CliRunner().invoke
    told = run(plugin, ["purge", "lower"]).output
    assert "rows would be deleted, but not yet. Lower is needed by Upper. Switch that off first." in told
    assert "--yes" not in told
    assert json.loads(run(plugin, ["purge", "upper", "--json"]).output)["obstacles"] == [
        "Upper is on. Switch it off before you purge it."
    ]
    assert "Off: upper, lower" in run(plugin, ["disable", "lower", "--with-dependants"]).output
    assert "To delete them: pelatis plugin purge upper --yes" in run(plugin, ["purge", "upper"]).output
    with app.app_context(), acting_as(system_actor()):
        add_user(system_actor(), email="eve@example.org", role="viewer", password=PASSWORD)
        assert events.waiting_events()
    assert run(plugin, ["enable", "lower", "--skip-events"]).output.endswith("On: lower\n")
    with app.app_context():
        assert events.waiting_events() == {}


def files_of(answer: TestResponse) -> dict[str, str]:
    """Read the files of a ZIP that was sent."""
    assert answer.status_code == 200
    content = BytesIO(answer.data)
    answer.close()
    with ZipFile(content) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


@pytest.mark.parametrize("kind", ["on", "off"])
def test_records_can_be_taken_along_before_a_purge(kind: str, app: Flask, client: FlaskClient) -> None:
    acme = create_customer(system_actor(), {"name": "Acme", "kind": "organisation"})
    write_note(system_actor(), {"customer_id": acme.id, "body": "They like set B."})
    if kind == "off":
        disable_plugin(host_of(app), "activities")
    panel = unescape(client.get("/admin/plugins/activities/purge").text)
    assert 'href="/admin/plugins/activities/records?format=csv"' in panel
    csv_files = files_of(client.get("/admin/plugins/activities/records?format=csv"))
    assert list(csv_files) == ["activities.note.csv"]  # a type without records gets no file
    head, row = list(csv.reader(StringIO(csv_files["activities.note.csv"])))
    assert dict(zip(head, row, strict=True))["customer"] == "Acme"
    lines = files_of(client.get("/admin/plugins/activities/records?format=jsonl"))["activities.note.jsonl"].splitlines()
    assert [json.loads(line)["customer"] for line in lines] == ["Acme"]
    assert client.get("/admin/plugins/activities/records?format=xlsx").status_code == 422
    assert client.get("/admin/plugins/nosuch/records").status_code == 404


def test_what_does_not_fit_its_tables_offers_a_backup_instead(write_plugin: WritePlugin, restart: Restart) -> None:
    client = restart(write_plugin("alpha"))
    enable(client, "alpha")
    client = restart(write_plugin("alpha", **BROKEN[State.pending_migration]))
    panel = unescape(client.get("/admin/plugins/alpha/purge").text)
    assert "pelatis db backup" in panel
    assert "/admin/plugins/alpha/records" not in panel
    assert client.get("/admin/plugins/alpha/records").status_code == 404


RECORDS = """
    from core.i18n import _l
    from core.records.types import RecordType
    from {name}.models import Thing
    from {name}.schemas import ThingSchema

    things = RecordType(
        model=Thing,
        schema=ThingSchema,
        label=_l("Thing"),
        label_plural=_l("Things"),
        path="things",
        title="title",
        columns=["title"],
        actions=["polish"],
    )
"""
SCHEMAS = """
    from core.records.fields import RecordSchema, String


    class ThingSchema(RecordSchema):
        title = String(required=True)
"""
ANSWERING = """
    from core.host.contributions import Alert
    from core.host.doors import hookimpl


    @hookimpl
    def crm_collect_nav_items():
        yield from ()


    @hookimpl
    def crm_collect_alerts():
        1 / 0
"""


def test_a_card_unfolds_what_a_plugin_may_does_and_keeps(
    write_plugin: WritePlugin, restart: Restart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.host.details.MOST_COUNTED", 2)
    monkeypatch.setattr("core.host.views.MOST_COUNTED", 2)
    manifest = MANIFEST.replace("requires=", 'experimental=True, uses=["lower", "nowhere"], requires=')
    client = restart(
        write_plugin("lower"),
        write_plugin("upper", manifest=manifest, schemas=SCHEMAS, records=RECORDS, hooks=ANSWERING),
    )
    app = client.application
    found = card(client, "upper")
    assert "Experimental" in found
    assert "Experimental" not in card(client, "lower")
    assert facts(found) == {
        "Goes with": "Lower (off), nowhere (not installed)",
        "Permissions": "7 permissions: thing.polish",
        "Migrations": "0 applied, 1 waiting",
        "Keeps": "nothing yet",
    }
    enable(client, "lower", "upper")
    with app.app_context(), acting_as(system_actor()):
        collect("crm_collect_alerts", actor=system_actor(), customers=[])
        for title in ("one", "two"):
            with write_unit() as session:
                session.add(host_of(app).loaded["upper"].rooms["models"].Thing(title=title))
    found = card(client, "upper")
    assert facts(found)["Goes with"] == "Lower, nowhere (not installed)"
    assert facts(found)["Migrations"] == "1 applied, none waiting"
    assert facts(found)["Keeps"] == "Things 2"
    assert "Counted in this process since it started" in found
    assert re.search(r"crm_collect_alerts</code></th><td[^>]*>1</td><td[^>]*strong\">1</td><td[^>]*>[\d.]+ ms", found)
    assert 'href="/admin/plugins/upper/records?format=jsonl"' in found
    assert 'hx-get="/admin/plugins/upper/purge"' in found
    with app.app_context(), write_unit() as session:
        session.add(host_of(app).loaded["upper"].rooms["models"].Thing(title="three"))
    assert facts(card(client, "upper"))["Keeps"] == "Things 2+"

    gone = restart()
    assert facts(card(gone, "upper")) == {"Keeps": "thing 2+"}


def facts(card_text: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", card_text))


def test_counting_what_plugins_keep_costs_the_same_however_many_tables_there_are(
    app: Flask, client: FlaskClient, statements: list[str]
) -> None:
    client.get("/admin/plugins")
    statements.clear()
    client.get("/admin/plugins")
    assert len([each for each in statements if "count(" in each and "sales_quote_line" in each]) == 1
    assert len(statements) < 25
