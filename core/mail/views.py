"""The pages of mail: what waits, was sent, failed; the settings, and a mail to try them."""

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from core.access import current_actor, require_administrator
from core.database import utc_now
from core.i18n import _, format_ago
from core.mail import (
    jobs,  # noqa: F401 - importing declares them
    operations,
    queries,
)
from core.mail.models import CANCELLED, SENDING, STATE_WORDS, STATES, UNCERTAIN, WAITING, MailMessage
from core.mail.sending import try_settings
from core.mail.settings import NONE, STARTTLS, TLS, can_send_mail, change_mail_settings, mail_settings
from core.problems import Problem, not_found
from core.records.untrusted import as_id
from core.web.audience import audience
from core.web.render import redirect_or_refresh, render, toast

blueprint = Blueprint("mail", __name__, url_prefix="/admin/mail")

#: What the form of the settings shows.
SHOWN: Final = ("host", "port", "security", "user", "sender_name", "sender_address", "site_url")


@blueprint.get("")
@audience("staff")
def outbox() -> Response:
    """List the mails, newest first, with what a person has to decide."""
    require_administrator(current_actor())
    state, text = request.args.get("state", ""), request.args.get("q", "")[:100].strip()
    if state and state not in STATES:
        raise not_found()
    found = queries.list_mails(state, text, as_id(request.args.get("before")))
    page = found[: queries.PAGE]
    more = (
        url_for("mail.outbox", state=state or None, q=text or None, before=page[-1].id)
        if len(found) > len(page)
        else ""
    )
    return render(
        "mail/outbox.html",
        states=_tabs(state),
        rows=[_row(each) for each in page],
        more=more,
        state=state,
        text=text,
        is_set_up=can_send_mail(),
    )


def _tabs(current: str) -> list[dict[str, Any]]:
    counts = queries.count_by_state()
    everything = {"label": _("All"), "url": url_for("mail.outbox"), "current": not current}
    return [
        everything,
        *(
            {
                "label": str(word).capitalize(),
                "url": url_for("mail.outbox", state=state),
                "current": state == current,
                "count": counts[state],
            }
            for state, (word, _tone) in STATE_WORDS.items()
        ),
    ]


def _row(message: MailMessage) -> dict[str, Any]:
    word, tone = STATE_WORDS[message.state]
    return {
        "mail": message,
        "url": url_for("mail.mail_page", message_id=message.id),
        "to": f"{message.to_name} · {message.to_address}" if message.to_name else message.to_address,
        "tried_again": format_ago(message.next_try_at) if message.next_try_at > utc_now() else "",
        "word": str(word),
        "tone": tone,
        "may_send": message.may_become(WAITING) and message.state != SENDING,
        "may_believe": message.state == UNCERTAIN,
        "may_cancel": message.may_become(CANCELLED),
    }


@blueprint.get("/<uuid:message_id>")
@audience("staff")
def mail_page(message_id: UUID) -> Response:
    """Show one mail, without its text where that is nobody's business."""
    require_administrator(current_actor())
    return render("mail/mail.html", row=_row(queries.find_mail(message_id)))


@blueprint.post("/<uuid:message_id>/again")
@audience("staff")
def send_again(message_id: UUID) -> WerkzeugResponse:
    """Send a mail again."""
    operations.send_again(current_actor(), message_id)
    toast(_("The mail waits for the next free worker."))
    return redirect_or_refresh(url_for("mail.outbox"))


@blueprint.post("/<uuid:message_id>/sent")
@audience("staff")
def note_as_sent(message_id: UUID) -> WerkzeugResponse:
    """Believe that a mail was sent."""
    operations.note_as_sent(current_actor(), message_id)
    toast(_("Noted as sent."))
    return redirect_or_refresh(url_for("mail.outbox"))


@blueprint.post("/<uuid:message_id>/cancel")
@audience("staff")
def cancel(message_id: UUID) -> WerkzeugResponse:
    """Stop a mail for good."""
    operations.cancel_mail(current_actor(), message_id)
    toast(_("The mail is cancelled."))
    return redirect_or_refresh(url_for("mail.outbox"))


@blueprint.get("/settings")
@audience("staff")
def settings_page() -> Response:
    """Show the settings."""
    require_administrator(current_actor())
    return _settings()


def _settings(problem: Problem | None = None, trial: dict[str, Any] | None = None, **values: Any) -> Response:
    present = mail_settings()
    shown = {name: getattr(present, name) for name in SHOWN}
    return render(
        "mail/settings.html",
        422 if problem else 200,
        values={**shown, "site_url": present.site_url or request.url_root.rstrip("/"), **values},
        has_password=bool(present.password),
        errors=problem.fields if problem else {},
        problem=problem,
        trial=trial,
        trial_address=values.get("to", current_actor().email),
        is_set_up=present.is_complete,
        securities=[
            (STARTTLS, _("STARTTLS"), _("Mostly port 587.")),
            (TLS, _("TLS from the start"), _("Mostly port 465.")),
            (NONE, _("None"), _("For a mail server on this machine.")),
        ],
    )


@blueprint.post("/settings")
@audience("staff")
def save_settings() -> WerkzeugResponse:
    """Save the settings; mail that waited for them is sent."""
    values: dict[str, Any] = {name: request.form.get(name, "") for name in SHOWN}
    try:
        change_mail_settings(current_actor(), {**values, "password": request.form.get("password", "")})
    except Problem as problem:
        if problem.status != 422:
            raise
        return _settings(problem, **values)
    toast(_("Saved. Now send yourself a mail to try it."))
    return redirect_or_refresh(url_for("mail.settings_page"))


@blueprint.post("/test")
@audience("staff")
def send_test() -> WerkzeugResponse:
    """Send a mail at once, and tell what the mail server answered."""
    receiver = request.form.get("to", "")
    try:
        answer = try_settings(current_actor(), receiver)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _settings(trial={"went_well": False, "text": problem.message}, to=receiver[:254])
    return _settings(trial={"went_well": True, "text": answer}, to=receiver[:254])
