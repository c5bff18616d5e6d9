"""The page of what stands at the head of documents: the company's details and its logo."""

import base64
from decimal import Decimal
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from core.access import current_actor, require_administrator
from core.customers.countries import country_names
from core.documents import operations
from core.documents.answers import document_name, pdf_response
from core.documents.letters import Letter, LetterColumn, LetterLine, LetterNote, LetterPart, LetterTotal, render_letter
from core.i18n import LANGUAGES, _, format_amount, format_day, get_language, today
from core.problems import Problem, not_found
from core.users.company import base_currency, company, company_logo
from core.web.audience import audience
from core.web.render import redirect_or_refresh, render, toast

blueprint = Blueprint("documents", __name__, url_prefix="/admin/company")

#: What the form shows.
SHOWN: Final = (
    "company_name",
    "legal_name",
    "language",
    "street",
    "postal_code",
    "city",
    "country",
    "tax_number",
    "tax_office",
    "register_number",
    "phone",
    "email",
    "website",
    "bank_name",
    "iban",
)
#: What the sample's one line costs.
PRICE: Final = Decimal(100)


def _page(problem: Problem | None = None, **values: str) -> Response:
    us = company()
    return render(
        "documents/company.html",
        422 if problem else 200,
        values={name: getattr(us, name) for name in SHOWN} | values,
        errors=problem.fields if problem else {},
        problem=problem,
        language_names=list(LANGUAGES.items()),
        countries=list(country_names().items()),
        has_logo=company_logo() is not None,
    )


@blueprint.get("")
@audience("staff")
def company_page() -> Response:
    """Show the company's details."""
    require_administrator(current_actor())
    return _page()


@blueprint.post("")
@audience("staff")
def save_company() -> WerkzeugResponse:
    """Save the company's details."""
    values = {name: request.form[name] for name in SHOWN if name in request.form}
    try:
        operations.change_company(current_actor(), values)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _page(problem, **values)
    toast(_("Saved."))
    return redirect_or_refresh("/admin/company")


@blueprint.post("/logo")
@audience("staff")
def save_logo() -> WerkzeugResponse:
    """Keep another logo, or none."""
    try:
        operations.change_logo(current_actor(), _uploaded("logo"))
    except Problem as problem:
        if problem.status != 422:
            raise
        return _page(problem)
    toast(_("Saved."))
    return redirect_or_refresh("/admin/company")


def _uploaded(name: str) -> bytes:
    given = request.files.get(name)
    if given is None:
        return b""
    with given.stream as stream:
        return stream.read()


@blueprint.get("/logo")
@audience("staff")
def logo() -> Response:
    """Give the logo as it was brought."""
    require_administrator(current_actor())
    kept = company_logo()
    if kept is None:
        raise not_found()
    return Response(base64.b64decode(kept.content), mimetype=kept.type)


@blueprint.get("/sample")
@audience("staff")
def sample() -> Response:
    """Give a letter about nothing, to see the head of all others."""
    require_administrator(current_actor())
    return pdf_response(render_letter(_sample()), document_name(_("Sample document")), inline=True)


def _sample() -> Letter:
    amount = format_amount(PRICE, base_currency(), whole=False)
    columns = [
        LetterColumn(_("Description"), wide=True),
        LetterColumn(_("Quantity"), numeric=True),
        LetterColumn(_("Amount"), numeric=True),
    ]
    total = LetterTotal(_("Total"), amount, strong=True)
    part = LetterPart(columns, [LetterLine([_("Something"), "1", amount])], totals=[total])
    return Letter(
        get_language(),
        _("Sample document"),
        recipient=[_("A customer"), _("Street and number")],
        facts=[(_("Date"), format_day(today(), "long"))],
        parts=[part],
        notes=[LetterNote(_("So look the quotes and invoices that your customers get."))],
    )
