"""What the records layer is told about tax rules."""

from pelatis.api import RecordType, SharedAccess, _l

from ..models import TaxRule
from ..operations.taxes import create_tax_rule, update_tax_rule
from ..schemas import TaxRuleSchema

TAX_RULES = RecordType(
    model=TaxRule,
    schema=TaxRuleSchema,
    label=_l("Tax rule"),
    label_plural=_l("Tax rules"),
    path="tax-rules",
    icon="receipt-tax",
    subtitle=("country", "tax_class"),
    columns=("name", "rate", "country", "postcodes", "tax_class", "buyer", "valid_from", "valid_until"),
    filters=("name", "rate", "country", "tax_class", "buyer", "valid_from", "valid_until"),
    search=("name", "note"),
    sort="name",
    match=("name",),
    create=create_tax_rule,
    update=update_tax_rule,
    access=SharedAccess(),
    setup=True,
)
