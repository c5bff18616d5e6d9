"""What batches of the journal consist of."""

from typing import Final

from pelatis.api import RecordSchema, _l, fields, today

BATCH_STATUSES: Final = {
    "waiting": _l("Being handed over"),
    "handed_over": _l("Handed over"),
    "failed": _l("Not taken"),
    "by_hand": _l("No connector"),
}
BATCH_TONES: Final = {"waiting": "amber", "handed_over": "green", "failed": "red", "by_hand": "amber"}


class JournalBatchSchema(RecordSchema):
    """A batch of the journal."""

    number = fields.String(label=_l("Number"), dump_only=True)
    through = fields.Date(
        label=_l("Up to"), load_default=today, allow_none=False,
        help=_l("Everything of this day and earlier ones that wasn't handed over yet."),
    )  # fmt: skip
    status = fields.Choice(BATCH_STATUSES, label=_l("Status"), dump_only=True, tones=BATCH_TONES)
    documents = fields.Integer(label=_l("Documents"), dump_only=True)
    amount = fields.Money(label=_l("Amount"), dump_only=True)
    reference = fields.String(label=_l("Name in the bookkeeping"), dump_only=True)
    handed_over_at = fields.DateTime(label=_l("Handed over on"), dump_only=True)
    tries = fields.Integer(label=_l("Tries"), dump_only=True)
    problem = fields.Text(label=_l("Why it wasn't taken"), dump_only=True)
