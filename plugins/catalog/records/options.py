"""What the records layer is told about options, their groups and their rules."""

from pelatis.api import RecordType, SharedAccess, _l

from ..models import Option, OptionGroup, OptionRule
from ..operations.options import (
    create_option,
    create_option_group,
    create_option_rule,
    update_option_group,
    update_option_rule,
)
from ..schemas import OptionGroupSchema, OptionRuleSchema, OptionSchema

OPTION_GROUPS = RecordType(
    model=OptionGroup,
    schema=OptionGroupSchema,
    label=_l("Option group"),
    label_plural=_l("Option groups"),
    path="option-groups",
    icon="list-details",
    subtitle=("product",),
    columns=("name", "product", "min_choices", "max_choices"),
    filters=("name", "product"),
    search=("name",),
    sort="name",
    match=("name",),
    create=create_option_group,
    update=update_option_group,
    access=SharedAccess(),
    nav=False,
)

OPTIONS = RecordType(
    model=Option,
    schema=OptionSchema,
    label=_l("Option"),
    label_plural=_l("Options"),
    path="product-options",
    icon="adjustments-horizontal",
    subtitle=("group",),
    columns=("name", "code", "group", "percent", "amount", "active"),
    filters=("name", "code", "group", "active"),
    search=("name", "code"),
    sort="name",
    match=("name", "code"),
    create=create_option,
    access=SharedAccess(),
    nav=False,
)

OPTION_RULES = RecordType(
    model=OptionRule,
    schema=OptionRuleSchema,
    label=_l("Option rule"),
    label_plural=_l("Option rules"),
    path="option-rules",
    icon="adjustments-horizontal",
    title="reason",
    subtitle=("option", "kind", "other"),
    columns=("reason", "option", "kind", "other"),
    filters=("option", "kind", "other"),
    create=create_option_rule,
    update=update_option_rule,
    access=SharedAccess(),
    nav=False,
)
