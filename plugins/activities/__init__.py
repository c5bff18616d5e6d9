"""Notes, tasks, calls, meetings and visits: what happened with a customer, and what comes next."""

from pelatis.api import Plugin, _l

plugin = Plugin(
    name="activities",
    title=_l("Activities"),
    summary=_l("Notes, tasks, calls, meetings and visits, on the customer's timeline and in everybody's day"),
    version="1.0.0",
    category="everyday",
    icon="checkbox",
    order=10,
)
