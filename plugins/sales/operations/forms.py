"""Forms for leads: who makes them, and what comes of an answer."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from marshmallow import ValidationError
from sqlalchemy import select

from pelatis.api import (
    Actor,
    Problem,
    RecordType,
    Scope,
    _,
    change_record,
    db,
    fields,
    load_values,
    save,
    system_actor,
    utc_now,
    write_unit,
)

from ..models import Lead, LeadForm
from .leads import create_lead

#: Letters of the part of a form's address that nobody guesses; each is worth 6 bits.
TOKEN_LETTERS: Final = 32
#: Whose national numbers a form of a language understands.
REGIONS: Final = {"el": "GR", "pl": "PL", "en": "GR"}


def create_lead_form(actor: Actor, values: Mapping[str, Any]) -> LeadForm:
    """Make a form, at an address that nobody guesses.

    Raises:
        Problem: 403 for whoever works on their own leads alone.
    """
    _require_reach(actor)
    with write_unit():
        token = secrets.token_urlsafe(TOKEN_LETTERS * 6 // 8)
        form: LeadForm = save(actor, LeadForm(**_tidied(values), token=token))
        return form


def update_lead_form(actor: Actor, form: LeadForm, values: Mapping[str, Any]) -> LeadForm:
    """Change a form; its address stays.

    Raises:
        Problem: 403 for whoever works on their own leads alone.
    """
    _require_reach(actor)
    with write_unit():
        changed: LeadForm = change_record(actor, form, _tidied({"asked": form.asked, **values}))
        return changed


def _require_reach(actor: Actor) -> None:
    """Let those make forms whose rights reach beyond their own records: managers and administrators."""
    if (actor.scope("sales.lead_form.create") or Scope.own) is Scope.own:
        raise Problem("sales.no_forms", _("Ask a sales manager: forms bring leads for everybody."), status=403)


def _tidied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Ask for a name always, and for whatever must be filled in."""
    columns = dict(values)
    asked = list(columns.get("asked") or [])
    wanted = ["name", *asked, *(columns.get("needed") or [])]
    columns["asked"] = list(dict.fromkeys([*asked, *wanted] if "name" in asked else wanted))
    return columns


def find_form(token: str) -> LeadForm | None:
    """Find a form that is open by its address; None where there is none."""
    statement = select(LeadForm).where(
        LeadForm.token == token, LeadForm.is_open.is_(True), LeadForm.deleted_at.is_(None)
    )
    return db.session.scalars(statement).first()


def answer_form(form: LeadForm, leads: RecordType, given: Mapping[str, str], stamp: str) -> Lead:
    """Make a lead of what somebody wrote into a form; the same answer sent twice is one lead.

    Args:
        form: an open form.
        leads: the record type of leads.
        given: field name to text; `consent` is there when its box was ticked.
        stamp: what the page was stamped with, or the day where it had no stamp: the same answer under the same stamp
            is the same lead.

    Raises:
        Problem: 422 with the bad fields.
    """
    written = {name: given.get(name, "").strip() for name in form.asked}
    values = _checked(form, leads, written, bool(given.get("consent")))
    key = hashlib.sha256(json.dumps([str(form.id), stamp, written]).encode()).hexdigest()
    with write_unit() as session:
        # Whoever answers the same form at the same moment waits.
        session.scalars(select(LeadForm.id).where(LeadForm.id == form.id).with_for_update()).one()
        known = session.scalars(select(Lead).where(Lead.submission == key)).first()
        if known is not None:
            return known
        agreed = {"consent": form.consent, "consented_at": utc_now()} if form.consent else {}
        about = {"form_id": form.id, "source": form.source, "language": form.language, "owner_id": form.assign_to_id}
        return create_lead(system_actor(), {**values, **about, **agreed, "status": "new", "submission": key})


def _checked(form: LeadForm, leads: RecordType, written: Mapping[str, str], agrees: bool) -> dict[str, Any]:
    """Check what was written; all that is wrong is told at once."""
    bad: dict[str, list[str]] = {}
    needed = {"name", *form.needed}
    for name in form.asked:
        if name in needed and not written[name]:
            bad[name] = [_("Fill this in.")]
    if form.consent and not agrees:
        bad["consent"] = [_("Tick this, or we may not answer you.")]
    values: dict[str, Any] = {}
    try:
        values = load_values(
            leads, _national(form, {name: text for name, text in written.items() if text}), partial=True
        )
    except Problem as problem:
        bad |= problem.fields
    if bad:
        raise Problem("sales.form_incomplete", _("Some fields need another look."), fields=bad)
    return values


def _national(form: LeadForm, written: dict[str, str]) -> dict[str, str]:
    """Read a number without its country's prefix as one of the form's own country."""
    if "phone" in written:
        with suppress(ValidationError):  # the lead's own field says what is wrong
            written["phone"] = str(fields.Phone(region=REGIONS[form.language]).deserialize(written["phone"]))
    return written
