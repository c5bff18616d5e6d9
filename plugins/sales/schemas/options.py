"""The options of a line, in words that can be written and read alike."""

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length

from pelatis.api import _l, fields


class ChosenOptions(fields.Tags):
    """Options that were chosen for a line: written by code, name or id, read by name."""

    def __init__(self, **options: Any) -> None:
        told = _l("Names or codes with commas between them. Left empty: what is usual.")
        super().__init__(**{"label": _l("Options"), "help": told, **options})
        self.inner = ma.fields.String(validate=Length(min=1, max=100))
