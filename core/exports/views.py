"""Downloading what a list finds."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request, send_file

from core.access import current_actor, may
from core.exports.writing import write_export, write_table
from core.problems import not_found
from core.records.registry import record_types
from core.records.views.many import chosen_query
from core.records.views.routes import list_query
from core.web.audience import audience

blueprint = Blueprint("exports", __name__)


@blueprint.route("/export/<key>", methods=["GET", "POST"])
@audience("staff", "token")
def export(key: str) -> Response:
    """Send what a list finds as a file, `?format=csv|xlsx|jsonl|vcf`, with the list's own arguments.

    A form posts which of its records were chosen, as the bar of a list tells it.
    """
    actor, record_type = current_actor(), record_types.get(key)
    if record_type is None or not may(actor, record_type, "view"):
        raise not_found()
    form = request.values.get("format", "csv")
    query = list_query(request.args) if request.method == "GET" else chosen_query()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "export"
        write_export(actor, record_type, query, form, target)
        stream = target.open("rb")  # stays readable when its folder is gone
    return send_file(stream, as_attachment=True, download_name=f"{record_type.path}.{form}", max_age=0)


def send_table(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]], form: str) -> Response:
    """Answer with the few rows of a report as a file.

    Args:
        name: what the file is called, without its ending.
        columns: the columns, in their order.
        rows: for each its value of every column.
        form: `csv`, `xlsx` or `jsonl`.

    Raises:
        Problem: 422 for a form that isn't among the three, or for what Excel can't hold.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "export"
        write_table(columns, rows, form, target)
        content = BytesIO(target.read_bytes())
    return send_file(content, as_attachment=True, download_name=f"{name}.{form}", max_age=0)
