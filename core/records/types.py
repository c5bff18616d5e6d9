"""What a plugin says of a record type, once: from it come list, page, panel, form, board, API, import and export."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import marshmallow as ma

from core.access.actor import Actor
from core.access.scoping import Access, OwnerAccess
from core.database import Record
from core.problems import Problem
from core.records.fields import FieldInfo, RecordSchema

#: create(actor, values) -> record; update(actor, record, values) -> record. Values are what the schema loaded.
CreateOperation = Callable[[Actor, dict[str, Any]], Any]
UpdateOperation = Callable[[Actor, Any, dict[str, Any]], Any]
#: create_many(actor, rows) -> for each row None, or the Problem for which it wasn't made. Each row has its `id`.
CreateManyOperation = Callable[[Actor, Sequence[dict[str, Any]]], Sequence[Problem | None]]


@dataclass(frozen=True, kw_only=True)
class Board:
    """How a record type is shown as columns of cards; dropping a card updates the record like a form would.

    When the update raises a Problem with `fields`, the card asks for them.

    Attributes:
        column: the schema field that names a card's column, a `Choice`; give its model column an index.
        columns: the values that have a column, in their order; all of the field's by default.
        ends: values that are only targets below the columns: won, lost, given up.
        note: the schema field shown under a card's title.
        day: the schema field shown at its right, a `Date` or `DateTime`.
    """

    column: str
    columns: Sequence[str] = ()
    ends: Sequence[str] = ()
    note: str | None = None
    day: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReadyView:
    """A view of a list that everybody finds beside "All" and "Mine" ("Overdue" of invoices).

    Attributes:
        label: its name, lazily translated.
        filter: what it shows, a filter as lists, files and programs read it.
        sort: the field that it is sorted by, with `-` before it for descending; the list's own order by default.
    """

    label: Any
    filter: Mapping[str, Any]
    sort: str = ""


@dataclass(frozen=True, kw_only=True)
class ExtraColumn:
    """A list column that a plugin adds to another's record type ("Open deals" of a customer).

    Attributes:
        record_type: the key of the record type that gets the column.
        key: its name in URLs and saved views, unique with the plugin's name before it: `sales.open_deals`.
        label: its heading.
        values: values(actor, ids) -> {id: value}, asked once for all rows of a page.
        numeric: whether it is right-aligned.
        expression: optional; the SQL expression that filters and sorts by it, expression(actor, model).
    """

    record_type: str
    key: str
    label: Any
    values: Callable[[Actor, Sequence[UUID]], Mapping[UUID, Any]]
    numeric: bool = False
    default: bool = True
    expression: Callable[[Actor, Any], Any] | None = None

    @property
    def plugin(self) -> str:
        """The plugin that adds it."""
        return self.key.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class Act:
    """What programs do with a record beside changing its fields: a quote is sent, an invoice is posted.

    Attributes:
        label: what people call it, lazily translated.
        act: act(actor, record, values) -> the record that is answered, of the same type. It asks for the rights itself
            and refuses with a Problem what may not follow, so that whoever sends it twice does it once.
        schema: what the body may say; nothing by default.
    """

    label: Any
    act: Callable[[Actor, Any, Mapping[str, Any]], Any]
    schema: type[ma.Schema] = ma.Schema


@dataclass(frozen=True, kw_only=True)
class RecordType:
    """One declaration of a record type.

    Attributes:
        model: the model, a `Record`. The type's key is the model's: `sales.opportunity`, or `customer` in the core.
        schema: the `RecordSchema`: what is shown and accepted anywhere; a field that isn't in it is never either.
        label, label_plural: its name for people, lazily translated: _l("Deal"), _l("Deals").
        path: the URL segment of its list, `opportunities`; its API is `/api/v1/<plugin>/<path>`.
        icon: a Tabler icon.
        title: the attribute that names a record. subtitle: schema fields shown under it.
        columns: schema fields shown in the list, in order; the first links to the record.
        filters: schema fields that lists, API and export filter by; `customer.city` reaches one relation away.
        search: model attributes whose words find the record.
        sort: the field that a list is sorted by at first, with `-` before it for descending.
        later: schema fields that the form of a new record leaves out, as they tell how it went on; whoever edits it, a
            link that fills them in, files and programs know them.
        match: schema fields that an import may recognise a record by; the first is the default.
        create, update: the operations that write it; they default to the plain ones of `core.records.operations`.
        create_many: the operation that makes many at once, by the same rules as `create`; imports use it. Only a type
            with a `create` needs it: without it an import makes one such record after the other.
        settle: settle(actor, record), called in the same unit after a record went to the bin or came back, where
            something follows from it: a document's total. A Problem stops it.
        undone: undone(actor, record), called in the same unit after an undo changed a record, binned it or brought it
            back, where what stood before may not simply stand again: an approval, a promise of stock. A Problem
            stops it.
        open_when_sealed: schema fields that people may still change once a record is sealed; pages offer no others.
        acts: what programs do with a record, by its name in the address: `POST /api/v1/sales/quotes/<id>/send`.
        actions: permission actions beside view, create, edit, delete, export and import.
        access: how records belong to people.
        board: how it is shown as a board.
        views: views of its list that everybody finds there.
        page, panel, form: templates of its own page, side panel and form instead of the common ones; `list_template`
            likewise.
        creatable: whether an import with --create-missing and a relation field may make one from its title alone.
        describe: says in a few words what a record is like that an import made so, for the import's report.
        nav: whether the list stands in the rail.
        setup: whether records say how a plugin works, rather than being worked on: tax rules, web forms. Their list is
            folded away in the rail, for those who may change them, and nothing is planned or noted about them.
    """

    model: type[Record]
    schema: type[RecordSchema]
    label: Any
    label_plural: Any
    path: str
    icon: str = "file"
    title: str = "name"
    subtitle: Sequence[str] = ()
    columns: Sequence[str] = ()
    filters: Sequence[str] = ()
    search: Sequence[str] = ()
    sort: str = "-created_at"
    later: Sequence[str] = ()
    match: Sequence[str] = ()
    create: CreateOperation | None = None
    update: UpdateOperation | None = None
    create_many: CreateManyOperation | None = None
    settle: Callable[[Actor, Any], None] | None = None
    undone: Callable[[Actor, Any], None] | None = None
    open_when_sealed: Sequence[str] = ()
    acts: Mapping[str, Act] = field(default_factory=dict)
    actions: Sequence[str] = ()
    access: Access = field(default_factory=OwnerAccess)
    board: Board | None = None
    views: Sequence[ReadyView] = ()
    page: str = "records/page.html"
    panel: str = "records/panel.html"
    form: str = "records/form.html"
    list_template: str = "records/list.html"
    creatable: bool = False
    describe: Callable[[Any], str] | None = None
    nav: bool = True
    setup: bool = False

    @cached_property
    def key(self) -> str:
        """Its id everywhere: `sales.opportunity`, `customer`."""
        return self.model.__record_type__

    @cached_property
    def plugin(self) -> str:
        """The plugin that owns it; `core` for users and customers."""
        plugin, dot, _name = self.key.partition(".")
        return plugin if dot else "core"

    @cached_property
    def url(self) -> str:
        """The path of its list: `/customers`, `/sales/opportunities`."""
        return f"/{self.path}" if self.plugin == "core" else f"/{self.plugin}/{self.path}"

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The declared fields by name, bound to a schema."""
        return dict(self.schema().fields)

    @cached_property
    def columns_of_fields(self) -> dict[str, str]:
        """The model attributes that the fields are kept in, by name of the field."""
        return {name: each.column for name, each in self.fields.items() if isinstance(each, FieldInfo)}

    @cached_property
    def whole_schema(self) -> RecordSchema:
        """The schema that reads new records; made once, because making one costs more than reading with it."""
        return self.schema()

    @cached_property
    def partial_schema(self) -> RecordSchema:
        """The schema that reads changes, in which every field may be missing."""
        return self.schema(partial=True)

    def title_of(self, record: Any) -> str:
        """Name a record for people."""
        return str(getattr(record, self.title) or "–")

    def url_of(self, record_id: UUID) -> str:
        """Give the path of a record's page."""
        return f"{self.url}/{record_id}"
