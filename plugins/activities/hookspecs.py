"""The hooks that activities own."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pelatis.api import Actor, hookspec


@hookspec
def crm_get_next_steps(actor: Actor, ids: Sequence[UUID]) -> Mapping[UUID, str]:  # type: ignore[empty-body]
    """Say what is planned next about each of a batch of records.

    Asked by plugins that show records of their own with their next step (a board's cards, a list). `ids` are at most
    500 records of any type but customers; `actor` is whoever looks, and only what they may see is said. The answer maps
    the records that have a next step to a few words in the language of the request, "Call, today 10:30". Activities
    answer it themselves, in one statement; with activities switched off `ask` gives None.
    """


@hookspec
def crm_activity_done(actor: Actor, activity: Any) -> None:
    """Take notice of a call, a meeting or a visit that has taken place.

    Demanded in the unit in which `actor` logs it or ticks it as done, once for each. `activity` is the record, with
    `customer_id`, `about_type` and `about_id` (the key of a record type and the record's id; empty where it is about
    its customer alone) and `done_at`. Sales answer it by stopping the response clock of the lead that it is about.
    An exception stops the logging.
    """
