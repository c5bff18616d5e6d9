"""The hooks that activities own."""

from collections.abc import Mapping, Sequence
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
