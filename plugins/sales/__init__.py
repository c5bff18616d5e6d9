"""From the first question to the paid invoice: leads, deals, quotes, orders, invoices, commissions and the forecast."""

from pelatis.api import Plugin, _l

plugin = Plugin(
    name="sales",
    title=_l("Sales"),
    summary=_l("Leads, deals, quotes, orders, invoices and commissions, and a forecast of what comes"),
    version="1.0.0",
    requires=["catalog"],
    uses=["activities"],
    category="selling",
    icon="layout-kanban",
    order=20,
)
