"""Write units: the one door through which anything is written."""

import contextlib
import threading

import pytest
from flask import Flask
from sqlalchemy import event, select, text, update

from core.customers.models import Customer
from core.database import (
    Clock,
    JournalEntry,
    Session,
    bulk_insert,
    bulk_update,
    db,
    in_unit,
    on_commit,
    read_once,
    utc_now,
    write_unit,
)


def journal() -> list[tuple[str, str]]:
    """Tell the operation and the name of each journal row, in order."""
    entries = db.session.scalars(select(JournalEntry).order_by(JournalEntry.sequence))
    return [(entry.operation, (entry.changes.get("name") or [None, None])[1]) for entry in entries]


@pytest.fixture(autouse=True)
def empty_journal(app: Flask) -> None:
    """Look at what a test wrote alone: remember where the journal stood."""
    with write_unit() as session:
        session.connection().exec_driver_sql("DELETE FROM core_journal")


def test_write_outside_a_unit_is_refused(app: Flask) -> None:
    db.session.add(Customer(name="stray"))
    with pytest.raises(RuntimeError, match="write_unit"):
        db.session.commit()
    db.session.rollback()
    assert db.session.scalars(select(Customer.name).where(Customer.name == "stray")).all() == []


def test_flush_outside_a_unit_is_refused(app: Flask) -> None:
    db.session.add(Customer(name="stray"))
    with pytest.raises(RuntimeError, match="write_unit"):
        db.session.flush()


def test_change_is_journalled_with_old_and_new_values(app: Flask) -> None:
    with write_unit() as session:
        customer = Customer(name="Αλφα")
        session.add(customer)
    with write_unit():
        customer.name = "Βήτα"
    last = db.session.scalars(select(JournalEntry).order_by(JournalEntry.sequence.desc())).first()
    assert last is not None
    assert (last.operation, last.record_type, last.record_id) == ("update", "customer", customer.id)
    assert last.changes["name"] == ["Αλφα", "Βήτα"]
    assert customer.version == 2


def test_rolled_back_savepoint_leaves_no_journal_row(app: Flask) -> None:
    with write_unit() as session:
        session.add(Customer(name="before"))
        with contextlib.suppress(ValueError), session.begin_nested():
            session.add(Customer(name="gone"))
            session.flush()
            with session.begin_nested():
                session.add(Customer(name="inner"))
            raise ValueError
        with session.begin_nested():
            session.add(Customer(name="kept"))
    assert journal() == [("insert", "before"), ("insert", "kept")]


def test_failed_unit_changes_nothing(app: Flask) -> None:
    def half() -> None:
        with write_unit() as session:
            session.add(Customer(name="half"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert journal() == []
    assert not in_unit()


def test_inner_unit_joins_the_outer_one(app: Flask) -> None:
    with write_unit() as session:
        session.add(Customer(name="outer"))
        with write_unit() as inner:
            inner.add(Customer(name="inner"))
    entries = list(db.session.scalars(select(JournalEntry)))
    assert len(entries) == 2
    assert len({entry.transaction_id for entry in entries}) == 1


def test_write_after_the_clock_was_taken_is_refused(app: Flask) -> None:
    def late(session: Session) -> None:
        session.add(Customer(name="late"))

    event.listen(Session, "before_commit", late)
    try:
        with pytest.raises(RuntimeError, match="after the clock"), write_unit() as session:
            session.add(Customer(name="x"))
    finally:
        event.remove(Session, "before_commit", late)
    assert journal() == []


def test_bulk_statements_are_refused(app: Flask) -> None:
    with write_unit(), pytest.raises(RuntimeError, match="bulk door"):
        db.session.execute(update(Customer).values(name="all the same"))


def test_legacy_bulk_methods_are_refused(app: Flask) -> None:
    with write_unit() as session, pytest.raises(RuntimeError, match="bulk_insert"):
        session.bulk_insert_mappings(Customer, [{"name": "x"}])


def test_bulk_door_journals_each_row(app: Flask) -> None:
    with write_unit():
        ids = bulk_insert(Customer, [{"name": f"c{number}", "name_key": f"c{number}"} for number in range(3)])
    with write_unit():
        bulk_update(Customer, [({"id": ids[0], "name": "c0"}, {"name": "renamed"})])
    assert journal() == [("insert", "c0"), ("insert", "c1"), ("insert", "c2"), ("update", "renamed")]
    assert db.session.get(Customer, ids[0]).version == 2  # type: ignore[union-attr]


def test_bulk_door_takes_a_bounded_number_of_rows(app: Flask) -> None:
    with write_unit(), pytest.raises(ValueError, match="5000"):
        bulk_insert(Customer, [{"name": "x"}] * 5_001)


def test_callbacks_run_after_the_commit_and_never_after_a_rollback(app: Flask) -> None:
    ran: list[str] = []
    with write_unit() as session:
        session.add(Customer(name="x"))
        on_commit(lambda: ran.append("committed"))
        assert ran == []
    with contextlib.suppress(ZeroDivisionError), write_unit():
        on_commit(lambda: ran.append("rolled back"))
        raise ZeroDivisionError
    assert ran == ["committed"]


def test_open_reader_does_not_block_a_writer(app: Flask) -> None:
    db.session.scalars(select(Customer)).all()
    failed: list[BaseException] = []

    def write() -> None:
        with app.app_context():
            try:
                with write_unit() as session:
                    session.add(Customer(name="beside"))
            except BaseException as error:  # noqa: BLE001 – a thread's errors are looked at below
                failed.append(error)
            finally:
                db.session.remove()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    assert failed == []


def follow(app: Flask, writers: int = 6, each: int = 25) -> tuple[set[int], set[int]]:
    """Write from several threads while one reader follows the journal; give what it saw and what there is."""
    seen: set[int] = set()
    finished = threading.Event()
    errors: list[BaseException] = []

    def write(number: int) -> None:
        with app.app_context():
            for index in range(each):
                try:
                    with write_unit() as session:
                        session.add(Customer(name=f"{number}-{index}"))
                        session.flush()
                except BaseException as error:  # noqa: BLE001 – a thread's errors are looked at below
                    errors.append(error)
                db.session.remove()

    def watch() -> None:
        with app.app_context():
            cursor = 0
            while True:
                last_round = finished.is_set()
                statement = select(JournalEntry.sequence).where(JournalEntry.sequence > cursor)
                rows = list(db.session.scalars(statement.order_by(JournalEntry.sequence)))
                db.session.rollback()
                seen.update(rows)
                cursor = rows[-1] if rows else cursor
                if last_round:
                    db.session.remove()
                    return

    start = db.session.scalars(select(Clock.sequence)).one()
    db.session.rollback()
    watcher = threading.Thread(target=watch)
    watcher.start()
    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    finished.set()
    watcher.join(60)
    assert errors == []
    there = set(db.session.scalars(select(JournalEntry.sequence).where(JournalEntry.sequence > start)))
    return seen, there


def test_no_journal_row_is_missed_beside_concurrent_commits(app: Flask) -> None:
    seen, there = follow(app)
    assert len(there) == 6 * 25
    assert there - seen == set()
    assert max(there) - min(there) + 1 == len(there)


def test_reader_by_moment_misses_a_row_that_commits_late(app: Flask) -> None:
    """The naive way, following `updated_at`: a writer that began earlier and commits later is never seen."""
    early_has_moment, late_committed = threading.Event(), threading.Event()

    def early() -> None:
        with app.app_context():
            moment = utc_now()
            early_has_moment.set()
            assert late_committed.wait(30)
            with write_unit() as session:
                session.add(Customer(name="early", created_at=moment, updated_at=moment))
            db.session.remove()

    thread = threading.Thread(target=early)
    thread.start()
    assert early_has_moment.wait(30)
    with write_unit() as session:
        session.add(Customer(name="late"))
    cursor = db.session.scalars(select(Customer.updated_at).where(Customer.name == "late")).one()
    sequence = db.session.scalars(select(Clock.sequence)).one()
    db.session.rollback()
    late_committed.set()
    thread.join(30)
    by_moment = db.session.scalars(select(Customer.name).where(Customer.updated_at > cursor)).all()
    by_clock = db.session.scalars(
        select(JournalEntry.changes).where(JournalEntry.sequence > sequence, JournalEntry.record_type == "customer")
    ).all()
    assert by_moment == []
    assert [changes["name"][1] for changes in by_clock] == ["early"]


def test_what_stood_there_before_is_written_down_though_nobody_had_read_it(app: Flask) -> None:
    with write_unit() as session:
        customer = Customer(name="Αλφα", city="Πάτρα")
        session.add(customer)
    db.session.rollback()  # forgets what was read
    with write_unit():
        customer.city = "Βόλος"
    last = db.session.scalars(select(JournalEntry).order_by(JournalEntry.sequence.desc())).first()
    assert last is not None
    assert last.changes == {"city": ["Πάτρα", "Βόλος"]}


def test_what_is_read_once_is_read_anew_after_a_write(app: Flask) -> None:
    numbers = iter(range(10))

    def read() -> int:
        db.session.execute(text("SELECT 1"))
        return next(numbers)

    assert [read_once("test", read), read_once("test", read), read_once("other", read)] == [0, 0, 1]
    with write_unit():
        assert [read_once("test", read), read_once("test", read)] == [2, 3]
    assert read_once("test", read) == 4
