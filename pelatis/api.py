"""Everything that a plugin may import.

What stands in `__all__` is public: it is documented in docs/api.md, and it changes only with a deprecation. The rest of
Pelatis (`core`) is private and may be rearranged.
"""

from core.access import (
    Actor,
    ManagedAccess,
    ParentAccess,
    Scope,
    SharedAccess,
    current_actor,
    kept,
    may,
    require,
    system_actor,
    visible,
)
from core.customers.countries import country_names
from core.customers.fields import Country, Words
from core.customers.keys import matching_name
from core.customers.kinds import customer_roles
from core.customers.models import Customer
from core.customers.operations import add_person, create_customer, relate_person
from core.customers.queries import find_duplicates, related_customers
from core.customers.schemas import currency_names
from core.database import (
    Amount,
    Currency,
    Id,
    Record,
    Sealable,
    UtcDateTime,
    among,
    bulk_insert,
    bulk_update,
    db,
    model_base,
    new_id,
    on_commit,
    read_once,
    ref,
    utc_now,
    write_unit,
)
from core.demo.company import DemoCompany, DemoCustomer, DemoMatter, DemoPart
from core.documents import (
    Letter,
    LetterColumn,
    LetterLine,
    LetterNote,
    LetterPart,
    LetterTotal,
    document_name,
    pdf_response,
    render_letter,
    render_pdf,
)
from core.exports.views import send_table
from core.exports.writing import write_table
from core.host.contributions import (
    Action,
    Alert,
    CalendarItem,
    Dependents,
    NavItem,
    Panel,
    TimelineEntry,
)
from core.host.doors import ask, collect, demand, hookimpl, hookspec
from core.host.manifest import Plugin
from core.i18n import (
    LANGUAGES,
    _,
    _l,
    current_zone,
    format_ago,
    format_amount,
    format_compact,
    format_day,
    format_moment,
    format_number,
    format_percent,
    format_price,
    format_time,
    in_language,
    local_now,
    ngettext,
    pgettext,
    today,
)
from core.jobs import Event, Progress, enqueue, job
from core.mail import (
    Attachment,
    MailMessage,
    can_send_mail,
    external_url,
    mail_attachment,
    mails_about,
    send_mail,
)
from core.notifications import notify
from core.problems import Problem, not_found
from core.records import fields
from core.records.fields import RecordSchema
from core.records.filters import Filter, compile_filter, parse_filter
from core.records.forms import submitted
from core.records.operations import (
    add,
    add_many,
    bin_record,
    change_record,
    check_version,
    create_once,
    create_record,
    load_values,
    make_each,
    restore_record,
    save,
    update_record,
)
from core.records.present import asked_facts, filter_sentence, initials, rows_attributes, tone_of
from core.records.queries import Count, ListQuery, count_records, find_record, list_records, titles
from core.records.registry import record_types
from core.records.types import Board, ExtraColumn, ReadyView, RecordType
from core.records.views.pages import show_record
from core.search.index import matches
from core.territories.queries import people_of_territory
from core.territories.rules import territory_line, territory_of
from core.users.company import base_currency, company
from core.users.models import Team, TeamMember, User
from core.users.queries import people_who_may
from core.web.audience import audience
from core.web.forgery import posted_from_elsewhere
from core.web.limits import limited
from core.web.render import accepted, fragment, last_transaction, redirect_or_refresh, render, toast
from core.working import WorkingCalendar, working_calendar

__all__ = [
    "LANGUAGES",
    "Action",
    "Actor",
    "Alert",
    "Amount",
    "Attachment",
    "Board",
    "CalendarItem",
    "Count",
    "Country",
    "Currency",
    "Customer",
    "DemoCompany",
    "DemoCustomer",
    "DemoMatter",
    "DemoPart",
    "Dependents",
    "Event",
    "ExtraColumn",
    "Filter",
    "Id",
    "Letter",
    "LetterColumn",
    "LetterLine",
    "LetterNote",
    "LetterPart",
    "LetterTotal",
    "ListQuery",
    "MailMessage",
    "ManagedAccess",
    "NavItem",
    "Panel",
    "ParentAccess",
    "Plugin",
    "Problem",
    "Progress",
    "ReadyView",
    "Record",
    "RecordSchema",
    "RecordType",
    "Scope",
    "Sealable",
    "SharedAccess",
    "Team",
    "TeamMember",
    "TimelineEntry",
    "User",
    "UtcDateTime",
    "Words",
    "WorkingCalendar",
    "_",
    "_l",
    "accepted",
    "add",
    "add_many",
    "add_person",
    "among",
    "ask",
    "asked_facts",
    "audience",
    "base_currency",
    "bin_record",
    "bulk_insert",
    "bulk_update",
    "can_send_mail",
    "change_record",
    "check_version",
    "collect",
    "company",
    "compile_filter",
    "count_records",
    "country_names",
    "create_customer",
    "create_once",
    "create_record",
    "currency_names",
    "current_actor",
    "current_zone",
    "customer_roles",
    "db",
    "demand",
    "document_name",
    "enqueue",
    "external_url",
    "fields",
    "filter_sentence",
    "find_duplicates",
    "find_record",
    "format_ago",
    "format_amount",
    "format_compact",
    "format_day",
    "format_moment",
    "format_number",
    "format_percent",
    "format_price",
    "format_time",
    "fragment",
    "hookimpl",
    "hookspec",
    "in_language",
    "initials",
    "job",
    "kept",
    "last_transaction",
    "limited",
    "list_records",
    "load_values",
    "local_now",
    "mail_attachment",
    "mails_about",
    "make_each",
    "matches",
    "matching_name",
    "may",
    "model_base",
    "new_id",
    "ngettext",
    "not_found",
    "notify",
    "on_commit",
    "parse_filter",
    "pdf_response",
    "people_of_territory",
    "people_who_may",
    "pgettext",
    "posted_from_elsewhere",
    "read_once",
    "record_types",
    "redirect_or_refresh",
    "ref",
    "relate_person",
    "related_customers",
    "render",
    "render_letter",
    "render_pdf",
    "require",
    "restore_record",
    "rows_attributes",
    "save",
    "send_mail",
    "send_table",
    "show_record",
    "submitted",
    "system_actor",
    "territory_line",
    "territory_of",
    "titles",
    "toast",
    "today",
    "tone_of",
    "update_record",
    "utc_now",
    "visible",
    "working_calendar",
    "write_table",
    "write_unit",
]
