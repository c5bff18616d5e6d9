"""What the records layer is told about leads."""

from pelatis.api import Board, RecordType, _l

from ..models import Lead
from ..operations.leads import create_lead, create_leads, update_lead
from ..schemas import LeadSchema
from .acts import LEAD_ACTS

LEADS = RecordType(
    model=Lead,
    schema=LeadSchema,
    label=_l("Lead"),
    label_plural=_l("Leads"),
    path="leads",
    icon="flame",
    subtitle=("company", "status"),
    columns=("name", "company", "status", "source", "respond_by", "owner"),
    filters=(
        "name", "company", "email", "phone", "source", "status", "respond_by", "disqualified_reason", "form",
        "language", "country", "product",
    ),
    search=("name", "company", "email", "phone", "message"),
    later=("disqualified_reason",),
    match=("email", "name"),
    create=create_lead,
    create_many=create_leads,
    update=update_lead,
    acts=LEAD_ACTS,
    board=Board(
        column="status",
        columns=("new", "working", "qualified"),
        ends=("disqualified",),
        note="company",
        day="respond_by",
    ),
)  # fmt: skip
