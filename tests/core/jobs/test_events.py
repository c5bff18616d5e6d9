"""Committed changes, carried to the plugins that listen: at least once, in order, and never stuck on one of them."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from core.access import current_actor
from core.database import db, write_unit
from core.jobs import Event, events, operations
from core.jobs.models import EventCursor, ParkedEvent
from core.problems import Problem
from core.users.models import Team


@pytest.fixture
def listeners(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[Event], None]]:
    """Plugins that listen: name → what they do with an event."""
    answers: dict[str, Callable[[Event], None]] = {}
    host = app.extensions["pelatis_host"]

    def emit(hook: str, *, plugin: str, event: Event) -> None:
        assert hook == "crm_handle_event"
        answers[plugin](event)

    monkeypatch.setattr(host, "listeners", lambda _hook: list(answers))
    monkeypatch.setattr(host, "emit", emit)
    return answers


def change(name: str) -> uuid.UUID:
    with write_unit() as session:
        team = Team(name=name)
        session.add(team)
        session.flush()
        return team.id


def dispatch() -> int:
    return events.dispatch("worker")


def cursor(plugin: str) -> EventCursor:
    db.session.rollback()
    found = db.session.get_one(EventCursor, plugin)
    db.session.refresh(found)
    return found


def make_due(plugin: str) -> None:
    with write_unit() as session:
        session.connection().execute(update(EventCursor).where(EventCursor.plugin == plugin).values(next_try_at=None))


def listen_from_now(listeners: dict[str, Any], plugin: str, handler: Callable[[Event], None]) -> None:
    listeners[plugin] = handler
    dispatch()


def test_a_plugin_hears_of_every_change_in_order_and_once(listeners: dict[str, Any]) -> None:
    heard: list[Event] = []
    listen_from_now(listeners, "warranties", heard.append)
    ids = [change(f"team {number}") for number in range(3)]
    assert dispatch() == 3
    assert dispatch() == 0
    assert [event.record_id for event in heard] == ids
    assert [event.id for event in heard] == sorted(event.id for event in heard)
    assert heard[0].record_type == "team"
    assert heard[0].operation == "insert"
    assert heard[0].changes["name"] == [None, "team 0"]


def test_a_plugin_that_is_new_begins_with_what_comes_next(listeners: dict[str, Any]) -> None:
    heard: list[Event] = []
    change("long ago")
    listen_from_now(listeners, "warranties", heard.append)
    assert dispatch() == 0
    change("now")
    dispatch()
    assert [event.changes["name"][1] for event in heard] == ["now"]


def test_a_plugin_handles_events_as_the_system_and_outside_of_any_unit(listeners: dict[str, Any]) -> None:
    def handle(event: Event) -> None:
        assert current_actor().is_administrator
        with write_unit() as session:
            session.get_one(Team, event.record_id).name = "handled"

    listen_from_now(listeners, "warranties", handle)
    team_id = change("fresh")
    dispatch()
    assert db.session.get_one(Team, team_id).name == "handled"


def test_one_plugin_that_fails_does_not_hold_up_another(listeners: dict[str, Any]) -> None:
    heard: list[Event] = []

    def fail(_event: Event) -> None:
        raise RuntimeError

    listen_from_now(listeners, "broken", fail)
    listen_from_now(listeners, "warranties", heard.append)
    change("x")
    dispatch()
    assert len(heard) == 1


def test_a_failing_event_is_tried_again_and_those_behind_it_wait(listeners: dict[str, Any]) -> None:
    heard: list[str] = []
    mood = {"broken": True}

    def handle(event: Event) -> None:
        name = event.changes["name"][1]
        if name == "second" and mood["broken"]:
            raise RuntimeError
        heard.append(name)

    listen_from_now(listeners, "warranties", handle)
    for name in ("first", "second", "third"):
        change(name)
    dispatch()
    assert heard == ["first"]
    assert cursor("warranties").failures == 1
    assert dispatch() == 0, "it waits before it is tried again"

    mood["broken"] = False
    make_due("warranties")
    dispatch()
    assert heard == ["first", "second", "third"]
    assert cursor("warranties").failures == 0


def test_an_event_that_fails_too_often_is_parked_and_the_plugin_goes_on(listeners: dict[str, Any]) -> None:
    heard: list[str] = []

    def handle(event: Event) -> None:
        if event.changes["name"][1] == "poison":
            raise RuntimeError("cannot digest this")
        heard.append(event.changes["name"][1])

    listen_from_now(listeners, "warranties", handle)
    change("poison")
    change("bread")
    for _try in range(events.TRIES):
        make_due("warranties")
        dispatch()
    make_due("warranties")
    dispatch()
    parked = db.session.query(ParkedEvent).one()
    assert heard == ["bread"]
    assert (parked.plugin, parked.failures) == ("warranties", events.TRIES)
    assert "cannot digest this" in parked.error


def test_an_event_that_kills_the_worker_is_parked_too(listeners: dict[str, Any]) -> None:
    heard: list[str] = []

    class Killed(BaseException):
        """Stands for the process that ends here: nothing after it runs."""

    def handle(event: Event) -> None:
        if event.changes["name"][1] == "poison":
            raise Killed
        heard.append(event.changes["name"][1])

    listen_from_now(listeners, "warranties", handle)
    for name in ("bread", "poison", "wine"):
        change(name)
    for _death in range(events.TRIES + 1):
        with pytest.raises(Killed):
            dispatch()
        operations.release_worker("worker")
    dispatch()
    dispatch()
    assert db.session.query(ParkedEvent).one().plugin == "warranties"
    assert heard[-1] == "wine"
    assert set(heard) == {"bread", "wine"}


def test_two_workers_do_not_read_for_one_plugin_at_once(listeners: dict[str, Any]) -> None:
    inside: list[int] = []

    def handle(_event: Event) -> None:
        inside.append(events.dispatch("another worker"))

    listen_from_now(listeners, "warranties", handle)
    change("x")
    assert dispatch() == 1
    assert inside == [0]


def test_a_disabled_plugin_stands_still_and_goes_on_when_it_is_enabled(listeners: dict[str, Any]) -> None:
    heard: list[str] = []

    def handle(event: Event) -> None:
        heard.append(event.changes["name"][1])

    listen_from_now(listeners, "warranties", handle)
    del listeners["warranties"]
    change("while it was off")
    dispatch()
    assert heard == []
    listeners["warranties"] = handle
    dispatch()
    assert heard == ["while it was off"]


def test_a_plugin_can_skip_what_came_while_it_was_off(listeners: dict[str, Any]) -> None:
    heard: list[Event] = []
    listen_from_now(listeners, "warranties", heard.append)
    change("while it was off")
    assert events.waiting_events() == {"warranties": 1}
    with write_unit() as session:
        events.skip_events(session.connection(), "warranties")
    assert events.waiting_events() == {}
    dispatch()
    assert heard == []


def test_a_worker_that_still_reads_cannot_take_a_skip_back(listeners: dict[str, Any]) -> None:
    heard: list[int] = []

    def handle(event: Event) -> None:
        heard.append(event.id)
        with write_unit() as session:
            events.skip_events(session.connection(), "warranties")

    listen_from_now(listeners, "warranties", handle)
    change("one")
    change("two")
    events.dispatch("worker", stopping=lambda: bool(heard))
    listeners["warranties"] = lambda event: heard.append(event.id)
    dispatch()
    assert len(heard) == 1


def test_a_parked_event_can_be_given_again_or_dropped(listeners: dict[str, Any]) -> None:
    mood = {"broken": True}
    heard: list[Event] = []

    def handle(event: Event) -> None:
        if mood["broken"]:
            raise RuntimeError
        heard.append(event)

    listen_from_now(listeners, "warranties", handle)
    change("x")
    for _try in range(events.TRIES):
        make_due("warranties")
        dispatch()
    parked_id = db.session.query(ParkedEvent).one().id
    with pytest.raises(RuntimeError):
        events.retry_event(parked_id)
    assert db.session.get(ParkedEvent, parked_id) is not None

    mood["broken"] = False
    events.retry_event(parked_id)
    assert len(heard) == 1
    with pytest.raises(Problem):
        events.retry_event(parked_id)


def test_a_worker_that_stops_leaves_the_rest_for_later(listeners: dict[str, Any]) -> None:
    heard: list[Event] = []
    listen_from_now(listeners, "warranties", heard.append)
    for number in range(4):
        change(f"team {number}")
    events.dispatch("worker", lambda: len(heard) == 2)
    assert len(heard) == 2
    dispatch()
    assert len(heard) == 4
