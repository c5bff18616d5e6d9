"""What forms for leads consist of."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import marshmallow as ma
from marshmallow.validate import Length

from pelatis.api import RecordSchema, _, _l, fields

from .leads import SOURCES, LeadSchema

#: What a form may ask, by the fields of a lead.
ASKED: Final = ("name", "company", "email", "phone", "country", "postcode", "message")

LANGUAGES: Final = {"en": "English", "el": "Ελληνικά", "pl": "Polski"}


def _askable() -> Mapping[str, Any]:
    declared: Mapping[str, Any] = LeadSchema().fields
    return {name: declared[name].label for name in ASKED}


def _check_origins(origins: Sequence[str]) -> None:
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or f"{parts.scheme}://{parts.netloc}" != origin:
            raise ma.ValidationError(_("Write a site as https://www.example.com, with nothing behind it."))


class LeadFormSchema(RecordSchema):
    """A form for leads."""

    name = fields.String(required=True, label=_l("Name"), help=_l("How your people know it."), validate=Length(max=200))
    title = fields.String(required=True, label=_l("Title"), validate=Length(max=200))
    language = fields.Choice(LANGUAGES, label=_l("Language"), load_default="en", allow_none=False)
    intro = fields.Text(label=_l("Introduction"), validate=Length(max=5_000))
    asked = fields.Choices(
        _askable,
        label=_l("Asks for"),
        load_default=lambda: ["name", "company", "email", "phone", "message"],
        allow_none=False,
    )
    needed = fields.Choices(
        _askable,
        label=_l("Must be filled in"),
        load_default=lambda: ["name", "email"],
        allow_none=False,
    )
    consent = fields.Text(
        label=_l("Consent"),
        help=_l("What people agree to with a tick; kept with each lead."),
        validate=Length(max=5_000),
    )
    thanks = fields.Text(label=_l("Thanks"), validate=Length(max=5_000))
    redirect_url = fields.Url(
        label=_l("Lead on to"), help=_l("A page of yours instead of the thanks."), validate=Length(max=500)
    )
    source = fields.Choice(SOURCES, label=_l("Source"), load_default="web")
    assign_to = fields.Related("user", label=_l("Leads go to"), help=_l("Left empty: as the assignment rules say."))
    origins = fields.Tags(
        label=_l("Embedded in"),
        help=_l("The sites that show it, as https://www.example.com."),
        validate=_check_origins,
        load_default=list,
        allow_none=False,
    )
    is_open = fields.Boolean(label=_l("Takes answers"), load_default=True, allow_none=False)
    token = fields.String(label=_l("Address"), dump_only=True)
