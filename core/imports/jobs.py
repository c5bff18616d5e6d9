"""Running an import in the background."""

import uuid

from core.access import current_actor
from core.i18n import _l
from core.imports import operations
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
