"""What the customer's page shows, gathered in a number of statements that doesn't grow with the number of plugins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from markupsafe import Markup, escape

from core.access import Actor, may
from core.customers import queries
from core.customers.kinds import role_label
from core.customers.models import Customer
from core.customers.records import CUSTOMERS
from core.customers.timeline import TimelinePage
from core.host.contributions import Action, Alert, HookFailure, Panel, TimelineEntry
from core.host.doors import collect, current_host
from core.i18n import _, current_zone, format_day, format_moment, format_time, today
from core.problems import not_found
from core.records import present
from core.records.fields import Related
from core.records.forms import FormField, form_fields
from core.records.queries import titles

#: Facts that stand open, in this order; those of the others that are empty are folded away.
ORGANISATION_FACTS: Final = (
    "legal_name", "tax_number", "phone", "email", "website", "address", "industry", "employees", "founded_year",
    "annual_revenue", "language", "parent", "territory", "tags", "note",
)  # fmt: skip
PERSON_FACTS: Final = ("phone", "email", "address", "language", "website", "territory", "tags", "note")
#: The facts of the side panel beside the list.
PANEL_FACTS: Final = ("phone", "email", "tax_number", "address", "industry", "parent", "owner")
#: Facts that are shown though they are empty, because somebody will want to fill them in.
ALWAYS: Final = frozenset({"tax_number", "phone", "email", "address"})
#: Parts of the one fact that is called address, and what only the whole form shows.
_IN_ADDRESS: Final = frozenset({"street", "postcode", "city", "country"})
#: Facts that the head tells already; they are edited among the folded ones.
_IN_HEAD: Final = frozenset({"roles", "owner", "since"})
_IN_FORM_ONLY: Final = frozenset({"name", "kind", "currency", "territory_pinned"})

#: How many entries of the timeline the side panel shows.
MOST_LATEST: Final = 4
_TONES: Final = {"danger": "red", "warning": "amber", "notice": "blue", "success": "green", "plain": ""}
_URGENCY: Final = ("danger", "warning", "notice", "success", "plain")
#: Kinds of entry whose text was said or written by somebody, and is therefore put in a box.
_SAID: Final = frozenset({"note", "mail", "ticket"})


@dataclass(frozen=True)
class HeadAlert:
    """An alert as the head draws it: the urgent words in bold, then the rest."""

    tone: str
    lead: str
    text: str = ""
    icon: str | None = None
    url: str = ""
    link: Any = ""


@dataclass(frozen=True)
class CustomerPage:
    """Everything that the page and the side panel of a customer show."""

    customer: Customer
    owner_name: str | None
    facts: Sequence[FormField]
    more_facts: Sequence[FormField]
    titles: dict[UUID, str]
    people: Sequence[queries.Related] = ()
    related: Sequence[tuple[str, Sequence[queries.Related]]] = ()
    parts: Sequence[queries.Part] = ()
    alerts: Sequence[HeadAlert] = ()
    next_step: Panel | None = None
    shows_next: bool = False
    actions: Sequence[Action] = ()
    panels: Sequence[Panel | HookFailure] = ()
    tabs: Sequence[Panel] = ()
    composer: Sequence[Panel] = ()
    open_items: Sequence[Panel] = ()
    may: dict[str, bool] = field(default_factory=dict)


def customer_page(actor: Actor, customer_id: UUID, *, in_panel: bool = False) -> CustomerPage:
    """Gather a customer's page.

    Args:
        actor: whoever looks.
        customer_id: the customer.
        in_panel: gather what the side panel shows instead: what is open, and no tabs.

    Raises:
        Problem: 404 when the customer doesn't exist or isn't the actor's to see.
    """
    found = queries.customer_with_names(actor, customer_id)
    if found is None:
        raise not_found()
    customer, owner_name, territory_name = found
    related = queries.related_customers(actor, customer)
    header = _slot("customer.header", actor, customer)
    facts, more = facts_of(actor, customer, PANEL_FACTS if in_panel else None)
    return CustomerPage(
        customer=customer,
        owner_name=owner_name,
        facts=facts,
        more_facts=more,
        titles=_titles(
            actor, customer, {customer.owner_id: owner_name, customer.territory_id: territory_name}, related
        ),
        people=[each for each in related if each.is_contact],
        related=_grouped(each for each in related if not each.is_contact),
        parts=queries.parts_of(actor, customer),
        alerts=[*_alerts(actor, customer), *[_failed_alert(each) for each in header if isinstance(each, HookFailure)]],
        next_step=next((each for each in header if isinstance(each, Panel)), None),
        shows_next=bool(current_host().implementations("crm_render_panels")),
        actions=[
            each for each in collect("crm_collect_actions", actor=actor, record=customer) if isinstance(each, Action)
        ],
        panels=[] if in_panel else _slot("customer.sidebar", actor, customer),
        tabs=[] if in_panel else _panels("customer.tabs", actor, customer),
        composer=_panels("customer.composer", actor, customer),
        open_items=_panels("customer.open", actor, customer) if in_panel else [],
        may={action: may(actor, CUSTOMERS, action) for action in ("create", "edit", "delete")},
    )


def _slot(slot: str, actor: Actor, customer: Customer) -> list[Panel | HookFailure]:
    return collect("crm_render_panels", slot=slot, actor=actor, record=customer)


def _panels(slot: str, actor: Actor, customer: Customer) -> list[Panel]:
    return [each for each in _slot(slot, actor, customer) if isinstance(each, Panel)]


def _titles(
    actor: Actor, customer: Customer, names: Mapping[UUID | None, str | None], related: Sequence[queries.Related]
) -> dict[UUID, str]:
    """Name what the facts point at; only a custom relation field costs a statement."""
    named = {each.customer_id: each.name for each in related}
    named |= {record_id: name for record_id, name in names.items() if record_id is not None and name}
    from core.customfields import fields_of

    for name, declared in fields_of(CUSTOMERS).items():
        if isinstance(declared, Related) and customer.custom.get(name):
            named |= titles(actor, declared.record_type, [UUID(customer.custom[name])])
    return named


def facts_of(
    actor: Actor, customer: Customer, only: Sequence[str] | None = None
) -> tuple[list[FormField], list[FormField]]:
    """List a customer's facts: those that stand open, and those folded away: empty, or told by the head."""
    by_name = {each.name: each for each in form_fields(actor, CUSTOMERS, customer)}
    by_name["address"] = FormField("address", AddressFact(), written_address(customer), writable=True)
    order = only or (PERSON_FACTS if customer.is_person else ORGANISATION_FACTS)
    rest = [name for name in by_name if name not in order and name not in _IN_ADDRESS | _IN_FORM_ONLY]
    listed = [by_name[name] for name in (order if only else [*order, *rest])]
    filled = [each for each in listed if each.name in ALWAYS or each.value not in (None, "", [])]
    facts = filled if only else [each for each in filled if each.name not in _IN_HEAD]
    return facts, [each for each in listed if each not in facts]


class AddressFact:
    """Stands for the main address among the facts: one line to read, four fields to edit."""

    control = "address"
    numeric = False

    @property
    def label(self) -> str:
        """What people call it."""
        return str(_("Address"))


def written_address(customer: Customer) -> str | None:
    """Write the main address in one line, with the country's name where there is one."""
    from core.customers.countries import country_name

    line = queries.written_address(customer.street, customer.postcode, customer.city)
    return ", ".join(part for part in (line, country_name(customer.country)) if part) or None


def _grouped(related: Iterable[queries.Related]) -> list[tuple[str, list[queries.Related]]]:
    groups: dict[str, list[queries.Related]] = {}
    for each in related:
        groups.setdefault(each.label, []).append(each)
    return list(groups.items())


def _alerts(actor: Actor, customer: Customer) -> list[HeadAlert]:
    found = collect("crm_collect_alerts", actor=actor, customers=[customer.id])
    alerts = [each for each in found if isinstance(each, Alert) and each.customer_id == customer.id]
    drawn = [_head_alert(each) for each in sorted(alerts, key=lambda each: _URGENCY.index(each.level))]
    return drawn + [_failed_alert(each) for each in found if isinstance(each, HookFailure)]


def _head_alert(alert: Alert) -> HeadAlert:
    lead, colon, text = str(alert.text).partition(": ")
    icon = "clock" if alert.level == "plain" else None
    return HeadAlert(_TONES[alert.level], lead + colon.strip(), text, icon, alert.url, alert.link)


def _failed_alert(failure: HookFailure) -> HeadAlert:
    lead = _("%(name)s can’t answer now.", name=failure.title)
    return HeadAlert("", lead, _("The rest of the page is complete."), "plug-off")


def head_parts(page: CustomerPage) -> list[Markup | str]:
    """Give the line under the name: roles, owner, since when."""
    parts: list[Markup | str] = [role_label(role) for role in page.customer.roles]
    if page.customer.is_person:
        parts += [_employment(each) for _label, group in page.related for each in group if each.title][:1]
    if page.owner_name:
        tone, letters = present.tone_of(page.customer.owner_id), present.initials(page.owner_name)
        avatar = Markup('<span class="row-x"><span class="avatar a{}" aria-hidden="true">{}</span>{}</span>')
        parts.append(avatar.format(tone, letters, page.owner_name))
    if page.customer.since:
        parts.append(_("Since %(day)s", day=format_day(page.customer.since, "MMMM y")))
    return parts


def subtitle(customer: Customer) -> str:
    """Say in a few words who it is: roles and city."""
    return " · ".join([*[role_label(role) for role in customer.roles], *([customer.city] if customer.city else [])])


def _employment(related: queries.Related) -> str:
    return f"{related.title}, {related.name}"


def icon_of(panel: Panel) -> str:
    """Choose the icon of a plugin's card: its own, else the plugin's."""
    status = current_host().snapshot.statuses.get(panel.plugin)
    return str(panel.context.get("icon") or (status.icon if status else "puzzle"))


def drawn_days(timeline: TimelinePage) -> list[dict[str, Any]]:
    """Turn a page of the timeline into what macros/timeline.html draws."""
    return [
        {"label": day.label, "entries": [_drawn_entry(entry, day.label == "") for entry in day.entries]}
        for day in timeline.days
    ]


def latest(timeline: TimelinePage) -> list[dict[str, Any]]:
    """Give the few newest entries for the side panel; it has no days, so an older one tells its day, not its time."""
    entries = [entry for day in timeline.days if day.label for entry in day.entries]
    return [
        _drawn_entry(entry, entry.at.astimezone(current_zone()).date() != today()) for entry in entries[:MOST_LATEST]
    ]


def _drawn_entry(entry: TimelineEntry, with_day: bool) -> dict[str, Any]:
    line = entry.line if isinstance(entry.line, Markup) else escape(entry.line)
    if entry.url and not isinstance(entry.line, Markup):
        line = Markup('<a href="{}">{}</a>').format(entry.url, line)
    if entry.actor_name:
        line = Markup("<b>{}</b> {}").format(entry.actor_name, line)
    return {
        "icon": "pin" if entry.pinned else entry.icon,
        "line": line,
        "time": format_day(entry.at) if with_day else format_time(entry.at),
        "tone": "amber" if entry.pinned else _TONES[entry.level],
        "said": entry.text or None,
        "box": entry.kind in _SAID,
        "pinned": entry.pinned,
        "iso": entry.at.isoformat(),
        "exact": format_moment(entry.at),
    }
