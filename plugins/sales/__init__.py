"""Leads, opportunities and the pipelines that they move through, from the first question to won or lost."""

from pelatis.api import Plugin, _l

plugin = Plugin(
    name="sales",
    title=_l("Sales"),
    summary=_l("Leads with a response clock, deals on a board, and what was won, lost and how fast"),
    version="1.0.0",
    requires=["catalog"],
    uses=["activities"],
    category="selling",
    icon="layout-kanban",
    order=20,
)
