"""How a form for leads is used, beside its page."""

from collections.abc import Iterator
from typing import Any

from flask import render_template, request

from pelatis.api import Actor, Panel, _, in_language

from ..models import LeadForm
from ..queries.forms import leads_of


def panels(slot: str, actor: Actor, record: Any) -> Iterator[Panel]:
    """Give a form's address and the piece of HTML that embeds it."""
    if slot != "record.sidebar" or not isinstance(record, LeadForm):
        return
    address = f"{request.host_url}sales/public/forms/{record.token}"
    with in_language(record.language):
        snippet = render_template("sales/public/snippet.html", form=record, address=address)
    yield Panel(
        id="sales.form",
        title=_("Use it"),
        template="sales/panels/form.html",
        context={"address": address, "snippet": snippet, "leads": leads_of(actor, record.id), "icon": "forms"},
        order=10,
    )
