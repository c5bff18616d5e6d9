"""The routes by which the lines of drafts with one list of lines are written: those of orders and of invoices."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from pelatis.api import RecordType, _, audience, bin_record, current_actor, find_record, last_transaction, toast

from ..operations.documents import DocumentKind, order_lines
from . import blueprint
from .documents import part_of
from .lines import LineDialog, add_typed_line, choose_anew, dialog_of, lines_in_order, options_chosen, typed_line


@dataclass(frozen=True)
class DraftLines:
    """What is done with the lines of one kind of document.

    Attributes:
        kind: the documents.
        documents, lines: their record type and that of their lines.
        target: the selector of what a change replaces.
        changed: gives a document's page as it is after a change.
    """

    kind: DocumentKind
    documents: RecordType
    lines: RecordType
    target: str
    changed: Callable[[Any], Response]

    def mount(self) -> None:
        """Add the routes, `/orders/<id>/lines` and below."""
        lines = f"/{self.documents.path}/<uuid:record_id>/lines"
        line = f"{lines}/<uuid:line_id>"
        for rule, method, view in (
            (lines, "POST", self.add),
            (f"{lines}/order", "POST", self.put_in_order),
            (f"{lines}/options", "GET", self.ask_new),
            (f"{line}/options", "GET", self.ask),
            (line, "POST", self.choose),
            (f"{line}/bin", "POST", self.drop),
        ):
            name = f"{view.__name__}_{self.lines.path.replace('-', '_')}"
            blueprint.add_url_rule(rule, name, view, methods=[method])

    @audience("staff")
    def add(self, record_id: UUID) -> Response:
        """Add a line to a draft: a product, or free text with a price."""
        document = self._edited(record_id)
        beside = {self.kind.column.removesuffix("_id"): str(document.id)}
        return add_typed_line(self._dialog(document, typed_line()), self.lines, beside, partial(self.changed, document))

    @audience("staff")
    def put_in_order(self, record_id: UUID) -> Response:
        """Put the lines of a draft in order."""
        document = self._edited(record_id)
        order_lines(self.kind, current_actor(), document, lines_in_order())
        return self.changed(document)

    @audience("staff")
    def ask_new(self, record_id: UUID) -> Response:
        """Show the variants and options of a product that is put on a draft."""
        return self._dialog(self._edited(record_id), request.args).answer()

    @audience("staff")
    def ask(self, record_id: UUID, line_id: UUID) -> Response:
        """Show the variants and options of a line."""
        document, line = self._line(record_id, line_id)
        return self._dialog_of(document, line).answer(options_chosen(line))

    @audience("staff")
    def choose(self, record_id: UUID, line_id: UUID) -> Response:
        """Choose the variant and the options of a line anew."""
        document, line = self._line(record_id, line_id)
        return choose_anew(self._dialog_of(document, line), self.lines, line, partial(self.changed, document))

    @audience("staff")
    def drop(self, record_id: UUID, line_id: UUID) -> Response:
        """Take a line out of a draft."""
        document, line = self._line(record_id, line_id)
        bin_record(current_actor(), self.lines, line)
        toast(_("%(name)s is gone.", name=line.name), undo=last_transaction())
        return self.changed(document)

    def _edited(self, record_id: UUID) -> Any:
        return find_record(current_actor(), self.documents, record_id, "edit")

    def _line(self, record_id: UUID, line_id: UUID) -> tuple[Any, Any]:
        document = self._edited(record_id)
        return document, part_of(self.kind.line, line_id, self.kind.column, document)

    def _dialog(self, document: Any, said: Mapping[str, Any]) -> LineDialog:
        return LineDialog(document, f"{self.documents.url_of(document.id)}/lines", self.target, said)

    def _dialog_of(self, document: Any, line: Any) -> LineDialog:
        return dialog_of(document, line, self.documents.url_of(document.id), self.target)
