"""Write units: the one door through which anything is written."""

import weakref
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar, cast

from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, SessionTransaction, UOWTransaction
from sqlalchemy.orm import Session as OrmSession

from core.database.journal import Touched, stamp, touched_of


class Session(FlaskSession):
    """A session that writes only inside a write unit, and writes down every change of a record."""

    def _refuse_bulk(self, *_args: Any, **_options: Any) -> NoReturn:
        raise RuntimeError("the legacy bulk methods skip the journal: use bulk_insert or bulk_update")

    bulk_save_objects = bulk_insert_mappings = bulk_update_mappings = _refuse_bulk


#: Called with (session, touched records) before the clock is taken; search keeps its index here.
_touched_listeners: list[Callable[[Session, list[Touched]], None]] = []


def touched_listener(listener: Callable[[Session, list[Touched]], None]) -> Callable[[Session, list[Touched]], None]:
    """Register a function that is called in every write unit with the records that it touched, before the commit."""
    _touched_listeners.append(listener)
    return listener


#: Called with (session, models whose rows are written) before the clock is taken; generations are raised there.
_written_listeners: list[Callable[[Session, set[type]], None]] = []


def written_listener(listener: Callable[[Session, set[type]], None]) -> Callable[[Session, set[type]], None]:
    """Register a function that is called in every write unit with the models that it wrote, journalled or not."""
    _written_listeners.append(listener)
    return listener


Value = TypeVar("Value")


def _session() -> Session:
    from core.database.engine import db  # the engine module needs the session class of this one

    return cast("Session", db.session())


def in_unit(session: OrmSession | None = None) -> bool:
    """Tell whether a write unit is open."""
    return bool((session or _session()).info.get("unit"))


def read_once(key: Hashable, read: Callable[[], Value]) -> Value:
    """Read something once in the present reading transaction, for hooks of one page that need the same.

    Whoever writes begins another transaction, and inside a write unit everything is read anew.

    Args:
        key: what is read and for whom; it begins with the plugin's name.
        read: reads it.
    """
    session = _session()
    if in_unit(session):
        return read()
    known: dict[Hashable, Value] = session.info.setdefault("readings", {})
    if key not in known:
        known[key] = read()
    return known[key]


@contextmanager
def write_unit() -> Iterator[Session]:
    """Open the transaction in which something is written, and commit it at the end.

    A unit inside a unit joins the outer one, so operations may call each other. What was read before the unit is read
    anew inside it. An exception rolls everything back.

    Raises:
        RuntimeError: when changes were made outside of a unit, or where only reading is allowed.
    """
    session = _session()
    if session.info.get("reading"):
        raise RuntimeError("a hook that collects for a page only reads")
    if session.info.get("unit"):
        yield session
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("there are unsaved changes from outside a write unit")
    session.rollback()
    session.info["unit"] = True
    session.info["on_commit"] = []
    try:
        session.connection(execution_options={"write": True})
        session.info["began"] = session.get_transaction()
        yield session
        if session.get_transaction() is not session.info["began"]:
            raise RuntimeError("somebody rolled a write unit back and went on")
        session.info["closing"] = True
        session.commit()
    except BaseException:
        _close(session)
        session.rollback()
        raise
    _close(session)
    for callback in session.info.pop("on_commit"):
        callback()


def _close(session: Session) -> None:
    session.info["unit"] = session.info["closing"] = False
    session.info.pop("began", None)


def on_commit(callback: Callable[[], None]) -> None:
    """Call a function once the present write unit has committed; never when it rolls back."""
    session = _session()
    if not session.info.get("unit"):
        raise RuntimeError("on_commit belongs inside a write unit")
    session.info["on_commit"].append(callback)


@event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, transaction: SessionTransaction) -> None:
    marks = session.info.setdefault("marks", weakref.WeakKeyDictionary())
    marks[transaction] = len(session.info.setdefault("pending", []))
    session.info.setdefault("written", set())


@event.listens_for(Session, "before_flush")
def _refuse_stray_writes(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    if session.info.get("stamped"):
        raise RuntimeError("something is written after the clock was taken")
    if not session.info.get("unit"):
        raise RuntimeError("writes belong inside a write_unit()")


@event.listens_for(Session, "after_flush")
def _collect(session: Session, _context: UOWTransaction) -> None:
    session.info["pending"].extend(touched_of(session))
    changed = (each for each in session.dirty if session.is_modified(each))
    session.info["written"].update(type(each) for each in (*session.new, *session.deleted, *changed))


@event.listens_for(Session, "after_soft_rollback")
def _cut(session: Session, transaction: SessionTransaction) -> None:
    # A rolled back savepoint takes its changes with it; `after_transaction_end` would come too early.
    if transaction.nested:
        del session.info["pending"][session.info["marks"].get(transaction, 0) :]


@event.listens_for(Session, "after_transaction_end")
def _end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info["pending"], session.info["written"], session.info["readings"] = [], set(), {}
        session.info["stamped"] = False


@event.listens_for(Session, "before_commit")
def _stamp(session: Session) -> None:
    if session.in_nested_transaction():  # also called when a savepoint is released
        return
    if not session.info.get("unit"):
        if session.new or session.dirty or session.deleted:
            raise RuntimeError("writes belong inside a write_unit()")
        return
    if not session.info.get("closing") or session.get_transaction() is not session.info.get("began"):
        raise RuntimeError("a write unit is committed at its own end, and by nobody else")
    session.flush()
    if session.info["pending"]:
        for listener in _touched_listeners:
            listener(session, list(session.info["pending"]))
        session.flush()
    for told in _written_listeners:
        told(session, session.info["written"])
    if session.info["pending"]:
        stamp(session, session.info["pending"])
        session.info["stamped"] = True


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_statements(state: ORMExecuteState) -> None:
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and not state.execution_options.get("journalled"):
        raise RuntimeError("INSERT, UPDATE and DELETE of records go through the session or the bulk door")
