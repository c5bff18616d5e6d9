"""Forms for leads as anybody meets them: hosted here, or embedded in the company's own site.

A form rests on no cookie, so that a forged post gains nothing that an honest one wouldn't. What keeps machines out: a
field that people don't see, a stamp that tells when the page was opened, the origin of the post, a limit by address.
"""

from collections.abc import Mapping
from typing import Any, Final

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from pelatis.api import (
    Problem,
    _,
    audience,
    company,
    country_names,
    in_language,
    limited,
    new_id,
    not_found,
    posted_from_elsewhere,
    render,
    today,
    utc_now,
)

from ..models import LeadForm
from ..operations.forms import answer_form, find_form
from ..records import LEADS
from . import blueprint

#: The field that people don't see and machines fill in.
TRAP: Final = "homepage"
#: Nobody fills a form in within so many seconds of opening it.
QUICKEST: Final = 2
#: For how many seconds a page may be open before it has to be sent once more.
LONGEST: Final = 24 * 60 * 60
#: How often one network address may send forms.
MOST: Final = "30 per hour"


@blueprint.get("/forms/<token>")
@audience("public")
def form_page(token: str) -> Response:
    """Show a form."""
    form = _form(token)
    with in_language(form.language):
        return _page(form, {})


@blueprint.post("/forms/<token>")
@audience("public")
@limited(MOST)
@posted_from_elsewhere
def send_form(token: str) -> Response:
    """Take the answer to a form; whatever is wrong is said in the form's language."""
    form = _form(token)
    with in_language(form.language):
        if request.form.get(TRAP):
            return _thanks(form)  # a machine learns nothing
        try:
            answer_form(form, LEADS, request.form, _stamp(form))
        except Problem as problem:
            return _page(form, request.form, problem)
        return _thanks(form)


def _form(token: str) -> LeadForm:
    form = find_form(token)
    if form is None:
        raise not_found()
    return form


def _stamp(form: LeadForm) -> str:
    """Tell which opening of the page is answered; a post from another site is told by its day.

    Raises:
        Problem: 422 for one that came too quickly or too late, or from a site that may not embed the form.
    """
    given, origin = request.form.get("stamp", ""), request.headers.get("Origin", "")
    own = origin in ("", request.host_url.rstrip("/"))
    if not given and not own and origin in form.origins:
        return today().isoformat()
    if not own:
        raise Problem("sales.foreign_form", _("This site may not send the form. Open the form itself."))
    try:
        nonce, opened = _stamps().loads(given, max_age=LONGEST)
    except BadSignature as error:
        raise Problem("sales.form_late", _("This page was open for too long. Send it once more.")) from error
    if utc_now().timestamp() - opened < QUICKEST:
        raise Problem("sales.form_quick", _("That was very quick. Look at it once more, then send it again."))
    return str(nonce)


def _stamps() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="sales.form")


def _page(form: LeadForm, values: Mapping[str, Any], problem: Problem | None = None) -> Response:
    # What was sent too early keeps the time at which its page was opened.
    keeps = problem is not None and problem.code not in ("sales.form_late", "sales.foreign_form")
    stamp = values.get("stamp") if keeps else None
    return render(
        "sales/public/form.html",
        422 if problem else 200,
        form=form,
        language=form.language,
        brand_name=company().company_name,
        values=values,
        errors=problem.fields if problem else {},
        problem=problem,
        countries=list(country_names().items()),
        trap=TRAP,
        stamp=stamp or _stamps().dumps([str(new_id()), utc_now().timestamp()]),
    )


def _thanks(form: LeadForm) -> Response:
    return render("sales/public/thanks.html", form=form, language=form.language, brand_name=company().company_name)
