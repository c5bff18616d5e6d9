"""Who is given a record by somebody else is told."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session as OrmSession

from core.access import current_actor
from core.database import Session, touched_listener
from core.database.journal import Touched, journal_context
from core.i18n import LazyText, _l, ngettext
from core.notifications.operations import notify
from core.records.registry import record_types
from core.records.types import RecordType

#: From where records are given to people one by one; imports and jobs give thousands.
ORIGINS: Final = frozenset({"page", "api"})
#: Of more records of one type that somebody is given at once, they are told the number.
ONE_BY_ONE: Final = 3


@touched_listener
def tell_new_owners(_session: OrmSession | Session, touched: list[Touched]) -> None:
    """Tell people of the records that somebody else has just given them."""
    if journal_context.get().origin not in ORIGINS:
        return
    given: dict[tuple[UUID, str], tuple[RecordType, list[Any]]] = {}
    for each in touched:
        record_type = record_types.get(each.record_type)
        if "owner_id" in each.changes and record_type is not None and record_type.nav and each.operation != "delete":
            owner_id = getattr(each.record, "owner_id", None)
            if owner_id is not None and owner_id != current_actor().user_id:
                given.setdefault((owner_id, record_type.key), (record_type, []))[1].append(each.record)
    for (owner_id, _key), (record_type, records) in given.items():
        _tell(owner_id, record_type, records)


def _tell(owner_id: UUID, record_type: RecordType, records: list[Any]) -> None:
    who = current_actor().name or "Pelatis"
    if len(records) > ONE_BY_ONE:
        notify([owner_id], LazyText(_several, who, len(records), record_type.label_plural), url=record_type.url)
        return
    for record in records:
        title = record_type.title_of(record)
        said = _l("%(who)s gave you this: %(title)s (%(kind)s)", who=who, title=title, kind=record_type.label)
        notify([owner_id], said, about=record)


def _several(who: str, count: int, kind: Any) -> str:
    return ngettext(
        "%(who)s gave you %(num)s record: %(kind)s",
        "%(who)s gave you %(num)s records: %(kind)s",
        count,
        who=who,
        kind=kind,
    )
