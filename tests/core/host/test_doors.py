"""Hooks are called through guarded doors: one that fails never takes the page, a check that fails stops the act."""

import textwrap
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from core.database import db, write_unit
from core.host import breaker
from core.host.contributions import Alert, HookFailure, NavItem
from core.host.doors import ask, collect, demand, emit
from core.host.lifecycle import disable_plugin, enable_plugin
from core.problems import Problem
from core.users.models import User
from tests.core.host.conftest import MakeApp, WritePlugin, host_of

HOOKS = """
    from sqlalchemy import select, text

    from core.database import db, write_unit
    from core.host.contributions import NavItem
    from core.host.doors import hookimpl
    from core.problems import Problem
    from core.users.models import User


    @hookimpl
    def crm_collect_nav_items():
"""


def hooks(body: str, rest: str = "") -> str:
    return textwrap.dedent(HOOKS) + textwrap.indent(textwrap.dedent(body), "    ") + "\n\n" + textwrap.dedent(rest)


GOOD = hooks("yield NavItem(title='{name}', url='/{name}/')")


def app_with(make_app: MakeApp, *plugins: str) -> Flask:
    app = make_app(*plugins)
    with app.app_context():
        for plugin in plugins:
            enable_plugin(host_of(app), plugin)
    return app


def titles(found: list[Any]) -> list[str]:
    return [f"failed: {each.plugin}" if isinstance(each, HookFailure) else each.title for each in found]


def test_answers_come_in_the_order_of_the_plugins_and_know_their_giver(
    write_plugin: WritePlugin, make_app: MakeApp
) -> None:
    first = hooks("return [NavItem(title='late', url='/', order=900), NavItem(title='b', url='/')]")
    app = app_with(make_app, write_plugin("lower", hooks=GOOD), write_plugin("upper", hooks=first, requires=("lower",)))
    with app.app_context():
        found = collect("crm_collect_nav_items", actor=None)
    assert [(each.title, each.plugin) for each in found] == [("lower", "lower"), ("b", "upper"), ("late", "upper")]


def test_whoever_wants_to_answer_last_is_asked_last(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    usual = hooks("return [NavItem(title='usual', url='/')]")
    last = hooks("return [NavItem(title='last', url='/')]").replace("@hookimpl", "@hookimpl(trylast=True)")
    app = app_with(make_app, write_plugin("lower", hooks=last), write_plugin("upper", hooks=usual, requires=("lower",)))
    with app.app_context():
        assert titles(collect("crm_collect_nav_items", actor=None)) == ["usual", "last"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise ValueError('wrong')", "ValueError: wrong"),
        ("yield NavItem(title='half', url='/')\n1 / 0", "ZeroDivisionError"),
        ("return ['not an item']", "TypeError: gave a str where NavItem is meant"),
        ("return 5", "TypeError: gave a int"),
        ("db.session.execute(text('SELECT * FROM no_such_table'))", "no_such_table"),
        ("db.session.execute(text(\"DELETE FROM core_user\"))", ""),
        ("db.session.add(User(name='intruder'))", "RuntimeError: changed records"),
        ("db.session.add(User(name='intruder'))\ndb.session.flush()", ""),
        ("db.session.scalars(select(User)).first().name = 'intruder'", "RuntimeError: changed records"),
        ("with write_unit() as s:\n    s.add(User(name='intruder'))", "for a page only reads"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("in_a_unit", [False, True])
def test_hook_that_fails_or_writes_leaves_a_card_and_nothing_else(
    body: str, reason: str, in_a_unit: bool, write_plugin: WritePlugin, make_app: MakeApp
) -> None:
    app = app_with(make_app, write_plugin("bad", hooks=hooks(body)), write_plugin("good", hooks=GOOD))
    with app.app_context():
        with write_unit() as session:
            session.add(User(name="Maria"))
        if in_a_unit:
            with write_unit() as session:
                session.add(User(name="before"))
                found = collect("crm_collect_nav_items", actor=None)
                session.add(User(name="after"))
        else:
            page = db.session.scalars(select(User)).all()
            found = collect("crm_collect_nav_items", actor=None)
            assert [user.name for user in page] == ["Maria"]
        assert titles(found) == ["failed: bad", "good"]
        assert reason in found[0].reason
        expected = ["Maria", "after", "before"] if in_a_unit else ["Maria"]
        assert sorted(db.session.scalars(select(User.name)).all()) == expected
        assert host_of(app).breaker.figures["bad", "crm_collect_nav_items"].failures == 1


@pytest.mark.parametrize("act", ["commit", "rollback"])
def test_hook_that_ends_the_pages_transaction_is_contained(
    act: str, write_plugin: WritePlugin, make_app: MakeApp
) -> None:
    app = app_with(make_app, write_plugin("bad", hooks=hooks(f"db.session.{act}()")), write_plugin("good", hooks=GOOD))
    with app.app_context():
        found = collect("crm_collect_nav_items", actor=None)
        assert titles(found)[-1] == "good"
        assert db.session.scalar(select(func.count()).select_from(User)) == 0


def test_writing_is_allowed_again_after_a_hook_inside_a_unit(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = app_with(make_app, write_plugin("bad", hooks=hooks("1 / 0")))
    with app.app_context():
        with write_unit() as session:
            collect("crm_collect_nav_items", actor=None)
            session.add(User(name="kept"))
        assert db.session.scalars(select(User.name)).all() == ["kept"]


def test_records_that_a_hook_read_stay_usable(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    body = "return [NavItem(title=user.name, url='/') for user in db.session.scalars(select(User))]"
    app = app_with(make_app, write_plugin("good", hooks=hooks(body)))
    with app.app_context():
        with write_unit() as session:
            session.add(User(name="Maria"))
        assert titles(collect("crm_collect_nav_items", actor=None)) == ["Maria"]


def test_unowned_and_unanswered_hooks_cost_nothing(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = app_with(make_app, write_plugin("alpha"))
    with app.app_context():
        assert collect("crm_no_such_hook", anything=1) == []
        assert collect("crm_collect_alerts", actor=None, customers=[]) == []
        assert ask("crm_no_such_hook") is None
        demand("crm_no_such_hook")
        emit("crm_no_such_hook", plugin="alpha")
        assert "transaction" not in repr(db.session().get_transaction())


def test_call_that_forgets_an_argument_is_the_callers_fault(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = app_with(make_app, write_plugin("good", hooks=GOOD))
    with app.app_context(), pytest.raises(TypeError, match="crm_collect_nav_items needs actor"):
        collect("crm_collect_nav_items")


VALIDATING = """
    from core.host.doors import hookimpl
    from core.problems import Problem


    @hookimpl
    def crm_validate_customer(values):
        if values == "refuse":
            raise Problem("alpha.no_credit", "No credit left.", fields={"name": ["Too poor"]})
        if values == "break":
            raise KeyError("bug")
"""


def test_demand_passes_problems_and_turns_bugs_into_one_clear_sentence(
    write_plugin: WritePlugin, make_app: MakeApp
) -> None:
    app = app_with(make_app, write_plugin("alpha", hooks=VALIDATING))
    with app.app_context():
        demand("crm_validate_customer", actor=None, customer=None, values="fine")
        with pytest.raises(Problem, match="No credit left") as refused:
            demand("crm_validate_customer", actor=None, customer=None, values="refuse")
        assert (refused.value.status, refused.value.fields) == (422, {"name": ["Too poor"]})
        with pytest.raises(Problem, match="The plugin Alpha couldn't check this, so nothing was done") as broken:
            demand("crm_validate_customer", actor=None, customer=None, values="break")
        assert broken.value.status == 503
        disable_plugin(host_of(app), "alpha")
        demand("crm_validate_customer", actor=None, customer=None, values="break")


OWNING = """
    from core.host.doors import hookspec


    @hookspec
    def crm_get_score(customer):
        '''Give a score.'''
"""

SCORING = """
    from core.host.doors import hookimpl


    @hookimpl(optionalhook=True)
    def crm_get_score(customer):
        return {answer}
"""


def test_ask_gives_the_first_answer_and_nothing_once_the_owner_is_off(
    write_plugin: WritePlugin, make_app: MakeApp
) -> None:
    app = app_with(
        make_app,
        write_plugin("aaa", hooks=SCORING.replace("{answer}", "None")),
        write_plugin("bbb", hooks=SCORING.replace("{answer}", "82")),
        write_plugin("owner", hookspecs=OWNING),
    )
    with app.app_context():
        assert ask("crm_get_score", customer=1) == 82
        disable_plugin(host_of(app), "owner")
        assert ask("crm_get_score", customer=1) is None


LISTENING = """
    from core.host.doors import hookimpl

    heard = []


    @hookimpl
    def crm_handle_event(event):
        heard.append(event)
        if event == "bad":
            raise ValueError(event)
"""


def test_event_reaches_one_plugin_and_its_failure_the_worker(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = app_with(make_app, write_plugin("aaa", hooks=LISTENING), write_plugin("bbb", hooks=LISTENING))
    with app.app_context():
        host = host_of(app)
        assert host.listeners("crm_handle_event") == ["aaa", "bbb"]
        host.emit("crm_handle_event", plugin="aaa", event="good")
        with pytest.raises(ValueError, match="bad"):
            host.emit("crm_handle_event", plugin="aaa", event="bad")
        heard = [host.loaded[name].rooms["hooks"].heard for name in ("aaa", "bbb")]
        assert heard == [["good", "bad"], []]
        disable_plugin(host, "bbb")
        assert host.listeners("crm_handle_event") == ["aaa"]


def test_breaker_trips_for_every_process_and_enabling_closes_it(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    write_plugin("bad", hooks=hooks("1 / 0"))
    write_plugin("good", hooks=GOOD)
    app, other = app_with(make_app, "bad", "good"), make_app("bad", "good")
    app.add_url_rule("/page", "page", lambda: ",".join(titles(collect("crm_collect_nav_items", actor=None))))
    client = app.test_client()
    for _failure in range(breaker.LIMIT):
        assert client.get("/page").text == "failed: bad,good"
    assert client.get("/page").text == "good"
    assert client.get("/bad/things/").status_code == 200  # only its hooks are left out
    for each in (app, other):
        with each.app_context():
            host = host_of(each)
            status = host.status("bad")
            assert status.switched_on
            assert status.tripped is not None
            assert "ZeroDivisionError" in status.tripped.reason
            assert host.has_tripped("bad")
    with other.app_context():
        enable_plugin(host_of(other), "bad")
        assert not host_of(other).has_tripped("bad")
    assert client.get("/page").text == "failed: bad,good"


def test_figures_count_calls_and_time(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = app_with(make_app, write_plugin("good", hooks=GOOD))
    with app.app_context():
        collect("crm_collect_nav_items", actor=None)
        collect("crm_collect_nav_items", actor=None)
        figures = host_of(app).breaker.figures["good", "crm_collect_nav_items"]
        assert (figures.calls, figures.failures) == (2, 0)


def test_every_hook_of_the_core_says_what_it_is_given_and_who_answers() -> None:
    from core.host import hookspecs

    for name, spec in vars(hookspecs).items():
        if name.startswith("crm_"):
            assert spec.__doc__, name
            assert "implement it." in spec.__doc__, name
            for argument in spec.__annotations__.keys() - {"return"}:
                assert f"`{argument}`" in spec.__doc__, (name, argument)


def test_contributions_are_frozen() -> None:
    item = NavItem(title="x", url="/")
    with pytest.raises(AttributeError):
        item.title = "y"  # type: ignore[misc]
    assert Alert.__dataclass_params__.frozen  # type: ignore[attr-defined]


ENDING = """
    from core.database import db
    from core.host.doors import hookimpl


    @hookimpl
    def crm_validate_customer(values):
        getattr(db.session, values)()
"""


@pytest.mark.parametrize("act", ["commit", "rollback"])
def test_check_that_ends_the_unit_of_its_caller_leaves_nothing_half_written(
    act: str, write_plugin: WritePlugin, make_app: MakeApp
) -> None:
    app = app_with(make_app, write_plugin("alpha", hooks=ENDING))

    def write() -> None:
        with write_unit() as session:
            session.add(User(name="before"))
            session.flush()
            demand("crm_validate_customer", actor=None, customer=None, values=act)
            session.add(User(name="after"))

    with app.app_context():
        with pytest.raises((Problem, RuntimeError, OperationalError)):
            write()
        assert db.session.scalars(select(User.name)).all() == []


def test_hook_that_exits_is_a_failure_like_others(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = app_with(make_app, write_plugin("bad", hooks=hooks("raise SystemExit(3)")), write_plugin("good", hooks=GOOD))
    with app.app_context():
        assert titles(collect("crm_collect_nav_items", actor=None)) == ["failed: bad", "good"]


def test_answer_without_an_end_is_a_failure_like_others(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    endless = hooks("return iter(lambda: NavItem(title='x', url='/x'), None)")
    app = app_with(make_app, write_plugin("bad", hooks=endless), write_plugin("good", hooks=GOOD))
    with app.app_context():
        assert titles(collect("crm_collect_nav_items", actor=None)) == ["failed: bad", "good"]
