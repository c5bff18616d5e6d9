"""Emptying a bin: what is asked before, and the job that does it."""

from werkzeug.wrappers import Response

from core.access import Actor, require_administrator
from core.database import write_unit
from core.i18n import _
from core.jobs.operations import enqueue
from core.records.emptying import count_in_bin
from core.records.jobs import empty_bin
from core.records.types import RecordType
from core.records.views.routes import Routes, type_of_route
from core.web.audience import audience
from core.web.render import fragment, redirect_or_refresh, toast


def _bin_of(key: str) -> tuple[Actor, RecordType]:
    actor, record_type = type_of_route(key, "delete")
    require_administrator(actor)
    return actor, record_type


@audience("staff")
def ask(key: str) -> Response:
    """Ask whether all that lies in a bin is to be deleted for good."""
    actor, record_type = _bin_of(key)
    return fragment("records/empty_bin.html", record_type=record_type, number=count_in_bin(actor, record_type))


@audience("staff")
def begin(key: str) -> Response:
    """Let a job delete for good what lies in a bin, and lead to where its progress is shown."""
    _actor, record_type = _bin_of(key)
    with write_unit():
        enqueue(empty_bin, record_type=record_type.key)
    toast(_("%(what)s: the bin is being emptied.", what=record_type.label_plural))
    return redirect_or_refresh("/admin/jobs")


EMPTYING_ROUTES: Routes = (
    ("/bin/empty", "GET", ask),
    ("/bin/empty", "POST", begin),
)
