"""What the records layer is told about the people of deals."""

from pelatis.api import RecordType, _l

from ..models import ContactRole
from ..operations.contacts import create_contact_role, update_contact_role
from ..schemas import ContactRoleSchema
from .parts import PartOfDeal

CONTACT_ROLE_TYPE = RecordType(
    model=ContactRole,
    schema=ContactRoleSchema,
    label=_l("Person in a deal"),
    label_plural=_l("People in deals"),
    path="contact-roles",
    icon="users",
    title="role",
    columns=("role", "customer", "opportunity", "is_primary", "note"),
    filters=("role", "customer", "opportunity", "is_primary"),
    create=create_contact_role,
    update=update_contact_role,
    access=PartOfDeal(),
    nav=False,
)
