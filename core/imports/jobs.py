"""Running an import in the background."""

import uuid

from core.access import current_actor
from core.i18n import _l
from core.imports import operations, trials, undoing
from core.imports.queries import find_import
from core.jobs.progress import Progress
from core.jobs.registry import job


@job(title=_l("Import"), name="core.import")
def run_import(progress: Progress, import_id: str) -> None:
    """Run an import; killed, it goes on behind its last committed batch."""
    found = find_import(uuid.UUID(import_id))
    if found.status in ("done", "undone"):
        return
    operations.run(current_actor(), found, progress=lambda done, total: progress.advance(done, total=total))


@job(title=_l("Dry run of an import"), name="core.import-trial")
def run_trial(progress: Progress, import_id: str, token: str) -> None:
    """Try all rows of a draft; killed, it begins anew, for nothing of it is kept."""
    found = find_import(uuid.UUID(import_id))

    def tell(done: int) -> None:
        progress.advance(done, total=found.total_rows)

    trials.go_on(current_actor(), found, token, tell)


@job(title=_l("Undo of an import"), name="core.import-undo")
def undo_import(progress: Progress, import_id: str) -> None:
    """Take back everything that an import did; killed, it goes on with what is left."""
    found = find_import(uuid.UUID(import_id))
    if found.status == "undone":
        return
    undoing.undo(current_actor(), found, lambda done, total: progress.advance(done, total=total))
