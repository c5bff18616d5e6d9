"""What the records layer is told about competitors and their part in deals."""

from pelatis.api import ExtraColumn, RecordType, SharedAccess, _l

from ..models import Competitor, DealCompetitor
from ..operations.competitors import create_deal_competitor, update_deal_competitor
from ..queries.competitors import deals_met
from ..schemas import CompetitorSchema, DealCompetitorSchema
from .parts import PartOfDeal

COMPETITORS = RecordType(
    model=Competitor,
    schema=CompetitorSchema,
    label=_l("Competitor"),
    label_plural=_l("Competitors"),
    path="competitors",
    icon="swords",
    subtitle=("website",),
    columns=("name", "website"),
    filters=("name", "website"),
    search=("name", "strengths", "weaknesses"),
    sort="name",
    match=("name",),
    access=SharedAccess(),
    creatable=True,
)

DEAL_COMPETITORS = RecordType(
    model=DealCompetitor,
    schema=DealCompetitorSchema,
    label=_l("Competitor in a deal"),
    label_plural=_l("Competitors in deals"),
    path="deal-competitors",
    icon="swords",
    title="note",
    columns=("note", "competitor", "opportunity"),
    filters=("competitor", "opportunity", "note"),
    create=create_deal_competitor,
    update=update_deal_competitor,
    access=PartOfDeal(),
    nav=False,
)

DEALS_MET = ExtraColumn(
    record_type="sales.competitor",
    key="sales.deals_met",
    label=_l("Deals together"),
    values=deals_met,
    numeric=True,
)
