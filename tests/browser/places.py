"""The main pages of the demonstration's company, by name, for the tests that visit all of them."""

from typing import Final
from urllib.parse import quote

from playwright.sync_api import APIRequestContext, Page

#: Pages whose address is known.
FIXED: Final = {
    "today": "/",
    "customers": "/customers",
    "new customer": "/customers/new",
    "bin": "/customers?bin=1",
    "search": "/search?q=elaiones",
    "tasks": "/activities/tasks",
    "products": "/catalog/products",
    "opportunities": "/sales/opportunities",
    "new opportunity": "/sales/opportunities/new",
    "board": "/sales/pipeline",
    "report": "/sales/report",
    "quotes": "/sales/quotes",
    "new quote": "/sales/quotes/new",
    "orders": "/sales/orders",
    "invoices": "/sales/invoices",
    "new recurring order": "/sales/recurring-orders/new",
    "forecast": "/sales/forecast",
    "journal": "/sales/journal",
    "new batch of the journal": "/sales/journal-batches/new",
    "web form": "/sales/lead-forms/new",
    "commissions": "/sales/commissions",
    "new commission plan": "/sales/commission-plans/new",
    "leads": "/sales/leads",
    "settings": "/settings",
    "administration": "/admin",
    "plugins": "/admin/plugins",
    "users": "/admin/users",
    "new user": "/admin/users/new",
    "roles": "/admin/roles",
    "teams": "/admin/teams",
    "territories": "/admin/territories",
    "custom fields": "/admin/fields",
    "imports": "/admin/imports",
    "new import": "/admin/imports/new",
    "jobs": "/admin/jobs",
    "API": "/api/docs",
}
#: Pages of one record: the list of the API, what to search in it, and the page's address with the record's id.
OF_A_RECORD: Final = {
    "customer": ("customers", "Ελαιώνες", "/customers/{}"),
    "edited customer": ("customers", "Ελαιώνες", "/customers/{}/edit"),
    "history": ("customers", "Ελαιώνες", "/customers/{}/history"),
    "opportunity": ("sales/opportunities", "Frame contract", "/sales/opportunities/{}"),
    "commission plan": ("sales/commission-plans", "Sales team", "/sales/commission-plans/{}"),
    "product": ("catalog/products", "olive oil", "/catalog/products/{}"),
    "order": ("sales/orders", "Pharmacy", "/sales/orders/{}"),
    "lead": ("sales/leads", "Korkmaz", "/sales/leads/{}"),
    "task": ("activities/tasks", "VAT certificate", "/activities/tasks/{}"),
    "user": ("users", "nikos", "/admin/users/{}"),
}
NAMES: Final = (*FIXED, *OF_A_RECORD)


def address_of(name: str, request: APIRequestContext) -> str:
    """Give the address of a page, asking the API for the record that it shows."""
    if name in FIXED:
        return FIXED[name]
    path, words, address = OF_A_RECORD[name]
    answer = request.get(f"/api/v1/{path}?q={quote(words)}")
    assert answer.ok, answer.text()
    return address.format(answer.json()["items"][0]["id"])


def arrive(page: Page, name: str) -> None:
    """Go to a page and wait until everything of it is there."""
    answer = page.goto(address_of(name, page.request))
    assert answer is not None
    assert answer.ok
    page.wait_for_load_state("networkidle")
