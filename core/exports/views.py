"""Downloading what a list finds."""

import tempfile
from pathlib import Path

from flask import Blueprint, Response, request, send_file

from core.access import current_actor, may
from core.exports.writing import write_export
from core.problems import not_found
from core.records.registry import record_types
from core.records.views.routes import list_query
from core.web.audience import audience

blueprint = Blueprint("exports", __name__)


@blueprint.get("/export/<key>")
@audience("staff", "token")
def export(key: str) -> Response:
    """Send what a list finds as a file, `?format=csv|xlsx|jsonl`, with the list's own arguments."""
    actor, record_type = current_actor(), record_types.get(key)
    if record_type is None or not may(actor, record_type, "view"):
        raise not_found()
    form = request.args.get("format", "csv")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "export"
        write_export(actor, record_type, list_query(request.args), form, target)
        stream = target.open("rb")  # stays readable when its folder is gone
    return send_file(stream, as_attachment=True, download_name=f"{record_type.path}.{form}", max_age=0)
