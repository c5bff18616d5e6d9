"""What takes long with territories."""

from core.access import current_actor
from core.i18n import _, _l
from core.jobs.progress import Progress
from core.jobs.registry import job
from core.territories.assignment import assign_part, preview, require_assigning


@job(name="core.assign_territories", title=_l("Assignment of customers to territories"))
def assign_territories(progress: Progress) -> None:
    """Put every customer that nobody pinned where the rules say; killed, it goes on behind the last batch.

    Args:
        progress: how far the job is.
    """
    actor = current_actor()
    require_assigning(actor)
    moved = [int(progress.cursor.get("moved", 0))]

    def told(number: int) -> None:
        moved[0] += number

    seen = preview(actor)
    batches = progress.batches(
        lambda after, size: assign_part(None if after is None else str(after), size, told),
        key=lambda row: str(row.id),
        size=1_000,
        total=seen.moving + seen.staying,
    )
    for _part in batches:
        progress.advance(message=_("%(num)s moved", num=moved[0]), cursor={"moved": moved[0]})
