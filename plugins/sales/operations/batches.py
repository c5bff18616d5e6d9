"""Handing the journal over to a bookkeeping system: each document in one batch, each batch taken once.

A batch is drawn up and committed before it is handed over, and whether it was taken is noted afterwards. Whoever is
killed in between has left a batch that is handed over again with the same key, by which its receiver knows it.

The state machine is the table `BATCH_MOVES`; what it doesn't list is refused.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pelatis.api import (
    Actor,
    Problem,
    Scope,
    _,
    _l,
    add_many,
    ask,
    base_currency,
    db,
    enqueue,
    new_id,
    notify,
    require,
    save,
    today,
    utc_now,
    write_unit,
)

from ..exports import JournalExport
from ..journal import Accounts, Document
from ..models import Invoice, JournalBatch, JournalDocument, Payment
from ..queries.batches import documents_left, lines_of_batch
from ..queries.journal import own_accounts, write_lines
from ..schemas.batches import BATCH_STATUSES
from .numbers import draw_number
from .states import check_move

#: Status of a batch to the statuses that may follow it.
BATCH_MOVES: Final[Mapping[str, frozenset[str]]] = {
    "waiting": frozenset({"handed_over", "failed", "by_hand"}),
    "failed": frozenset({"waiting", "handed_over"}),
    #: No connector takes it: a person does, or a connector that comes later.
    "by_hand": frozenset({"waiting", "handed_over"}),
    "handed_over": frozenset(),
}
#: How many documents a batch holds at most.
MOST_DOCUMENTS: Final = 2_000


def create_batch(actor: Actor, values: Mapping[str, Any]) -> JournalBatch:
    """Draw up what wasn't handed over yet and let the worker hand it over.

    Returns:
        The batch; the first one where there is too much for one.

    Raises:
        Problem: as `draw_up_batches`.
    """
    with write_unit():
        drawn = draw_up_batches(actor, values.get("through") or today(), values.get("id"))
        for batch in drawn:
            _enqueue(batch)
        return drawn[0]


def draw_up_batches(actor: Actor, through: date, first_id: UUID | None = None) -> list[JournalBatch]:
    """Put into batches what was posted, paid or used up to a day and is in none yet.

    Of two who do so at once one waits for the other, and then there is nothing left.

    Args:
        actor: whoever says so; they may see the whole journal.
        through: the last day.
        first_id: the id of the first batch, when whoever sends it has made one.

    Raises:
        Problem: `sales.whole_journal` (403), `sales.nothing_to_hand_over` (422); 403 without the right.
    """
    require_whole_journal(actor)
    with write_unit():
        number = draw_number("journal", today())
        documents, accounts = documents_left(through), own_accounts()
        if not documents:
            message = _("Everything up to that day was handed over already.")
            raise Problem("sales.nothing_to_hand_over", message, fields={"through": [message]})
        drawn: list[JournalBatch] = []
        for first in range(0, len(documents), MOST_DOCUMENTS):
            part = documents[first : first + MOST_DOCUMENTS]
            batch = JournalBatch(
                id=(first_id if not drawn else None) or new_id(), through=through,
                number=draw_number("journal", today()) if drawn else number,
            )  # fmt: skip
            drawn.append(_filled(actor, batch, part, accounts))
        return drawn


def require_whole_journal(actor: Actor) -> None:
    """Let only those hand the journal over who may see all of it.

    Raises:
        Problem: `sales.whole_journal` (403), or 403 without the right to hand it over at all.
    """
    require(actor, JournalBatch, "create")
    scopes = {actor.scope(f"{Invoice.__record_type__}.journal"), actor.scope(f"{Payment.__record_type__}.view")}
    if scopes != {Scope.all}:
        message = _("Only those hand the journal over who may see all of it.")
        raise Problem("sales.whole_journal", message, status=403)


def _filled(actor: Actor, batch: JournalBatch, documents: list[Document], accounts: Accounts) -> JournalBatch:
    lines = write_lines(documents, accounts, base_currency())
    batch.documents, batch.currency = len(documents), base_currency()
    batch.accounts = [[*key, code] for key, code in accounts.own.items()]
    batch.amount = sum((line.debit for line in lines), Decimal(0))
    batch.sealed_at = utc_now()
    save(actor, batch)
    add_many(actor, [JournalDocument(id=new_id(), batch_id=batch.id, document_id=each.id) for each in documents])
    return batch


def _enqueue(batch: JournalBatch) -> None:
    enqueue("sales.hand_over_journal", subject_id=batch.id, batch_id=str(batch.id))


def set_batch_status(batch: JournalBatch, status: str) -> None:
    """Let one status follow another.

    Raises:
        Problem: `sales.batch_refused` (409) where it may not.
    """
    check_move(BATCH_MOVES, BATCH_STATUSES, batch.status, status, "sales.batch_refused")
    batch.status = status


def hand_over_again(actor: Actor, batch: JournalBatch) -> JournalBatch:
    """Let the worker hand a batch over again that wasn't taken.

    Raises:
        Problem: `sales.batch_refused` (409) for one that was taken; 403 or 404 without the right.
    """
    require_whole_journal(actor)
    with write_unit() as session:
        session.refresh(batch, with_for_update=True)
        if batch.status != "waiting":
            set_batch_status(batch, "waiting")
        session.flush()
        _enqueue(batch)
        return batch


def book_by_hand(actor: Actor, batch: JournalBatch) -> JournalBatch:
    """Note that a person has written a batch into the bookkeeping; no connector gets it any more.

    Raises:
        Problem: `sales.batch_refused` (409) for one that is being handed over or was taken; 403 or 404 without the
            right.
    """
    require_whole_journal(actor)
    with write_unit() as session:
        session.refresh(batch, with_for_update=True)
        if batch.status == "waiting":
            raise Problem("sales.batch_refused", _("It is being handed over just now."), status=409)
        set_batch_status(batch, "handed_over")
        batch.handed_over_at, batch.problem = utc_now(), None
        session.flush()
        return batch


def hand_over(batch_id: UUID) -> JournalBatch:
    """Give a batch to whoever takes journals, and note whether it was taken. One that was taken isn't given again.

    It is called outside of a write unit, because a connector takes its time.
    """
    export = _begin(batch_id)
    if export is not None:
        try:
            reference = ask("crm_export_journal", export=export)
        except Problem as problem:
            _note(batch_id, "failed", problem=problem.message)
        else:
            if reference is None:
                _note(batch_id, "by_hand", problem=None)
                return db.session.get_one(JournalBatch, batch_id)
            _note(batch_id, "handed_over", reference=str(reference)[:200], handed_over_at=utc_now(), problem=None)
    return db.session.get_one(JournalBatch, batch_id)


def _begin(batch_id: UUID) -> JournalExport | None:
    with write_unit() as session:
        batch = _locked(batch_id)
        if batch.status == "handed_over":
            return None
        if batch.status != "waiting":
            set_batch_status(batch, "waiting")
        batch.tries += 1
        session.flush()
        return JournalExport(batch.id, batch.number, batch.through, batch.currency, lines_of_batch(batch))


def _note(batch_id: UUID, status: str, **values: Any) -> None:
    with write_unit() as session:
        batch = _locked(batch_id)
        if batch.status != "waiting":  # somebody else handed it over at the same time
            return
        set_batch_status(batch, status)
        for name, value in values.items():
            setattr(batch, name, value)
        if status == "failed":
            words = {"number": batch.number, "why": batch.problem}
            notify([batch.owner_id], _l("“%(number)s” wasn't taken by the bookkeeping: %(why)s", **words), about=batch)
        session.flush()


def _locked(batch_id: UUID) -> JournalBatch:
    return db.session.get_one(JournalBatch, batch_id, with_for_update=True, populate_existing=True)
