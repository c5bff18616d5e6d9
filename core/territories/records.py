"""What the records layer is told about territories."""

from core.access import SharedAccess
from core.i18n import _l
from core.records.types import RecordType
from core.territories.models import Territory
from core.territories.operations import create_territory, update_territory
from core.territories.schemas import TerritorySchema

TERRITORIES = RecordType(
    model=Territory,
    schema=TerritorySchema,
    label=_l("Territory"),
    label_plural=_l("Territories"),
    path="territories",
    icon="map-2",
    subtitle=("code", "manager"),
    columns=("name", "code", "parent", "manager", "countries", "postcodes"),
    filters=("name", "code", "parent", "manager"),
    search=("name", "code"),
    sort="name",
    match=("name", "code"),
    create=create_territory,
    update=update_territory,
    access=SharedAccess(),
    creatable=True,
    nav=False,
)
