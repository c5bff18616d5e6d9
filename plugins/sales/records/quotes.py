"""What the records layer is told about quotes, their sets and lines, and the limits of approval."""

from pelatis.api import ParentAccess, RecordType, SharedAccess, _l

from ..models import ApprovalLimit, Quote, QuoteLine, QuoteSet
from ..operations.quote_lines import (
    create_line,
    create_set,
    follow_undone_quote,
    follow_undone_set,
    settle_line,
    settle_removed_set,
    update_line,
    update_set,
)
from ..operations.quotes import create_quote, update_quote
from ..schemas import ApprovalLimitSchema, QuoteLineSchema, QuoteSchema, QuoteSetSchema
from .acts import QUOTE_ACTS

#: Whoever may see a quote may see its parts.
OF_QUOTE = ParentAccess("quote_id", Quote)

QUOTES = RecordType(
    model=Quote,
    schema=QuoteSchema,
    label=_l("Quote"),
    label_plural=_l("Quotes"),
    path="quotes",
    icon="file-text",
    subtitle=("customer", "status"),
    columns=("name", "number", "customer", "status", "net", "valid_until", "owner"),
    filters=(
        "name", "number", "revision", "customer", "opportunity", "status", "currency", "net", "valid_until", "sent_at",
        "closed_at", "customer.city", "customer.country",
    ),
    search=("name", "number"),
    match=("number", "name"),
    create=create_quote,
    update=update_quote,
    undone=follow_undone_quote,
    acts=QUOTE_ACTS,
    actions=("approve",),
    page="sales/quote.html",
)  # fmt: skip

QUOTE_SETS = RecordType(
    model=QuoteSet,
    schema=QuoteSetSchema,
    label=_l("Set of a quote"),
    label_plural=_l("Sets of quotes"),
    path="quote-sets",
    icon="versions",
    subtitle=("quote",),
    columns=("name", "quote", "note", "net", "gross", "position"),
    filters=("name", "quote", "net", "gross"),
    sort="position",
    create=create_set,
    update=update_set,
    settle=settle_removed_set,
    undone=follow_undone_set,
    access=OF_QUOTE,
    nav=False,
)

QUOTE_LINES = RecordType(
    model=QuoteLine,
    schema=QuoteLineSchema,
    label=_l("Line of a quote"),
    label_plural=_l("Lines of quotes"),
    path="quote-lines",
    icon="list-details",
    columns=("name", "set", "product", "quantity", "unit_price", "discount", "optional", "net"),
    filters=("name", "set", "product", "quantity", "unit_price", "discount", "optional", "net"),
    sort="position",
    create=create_line,
    update=update_line,
    settle=settle_line,
    undone=settle_line,
    access=OF_QUOTE,
    nav=False,
)

APPROVAL_LIMITS = RecordType(
    model=ApprovalLimit,
    schema=ApprovalLimitSchema,
    label=_l("Approval limit"),
    label_plural=_l("Approval limits"),
    path="approval-limits",
    icon="shield-check",
    columns=("name", "max_discount", "min_margin", "from_amount"),
    filters=("name", "max_discount", "min_margin", "from_amount"),
    sort="name",
    match=("name",),
    access=SharedAccess(),
    setup=True,
)
