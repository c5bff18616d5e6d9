"""What the records layer is told about customers and their parts."""

from core.access.scoping import ParentAccess
from core.customers.models import Address, ContactPoint, Customer, Relationship
from core.customers.operations import (
    create_address,
    create_contact_point,
    create_customer,
    create_customers,
    create_relationship,
    update_address,
    update_contact_point,
    update_customer,
    update_relationship,
)
from core.customers.schemas import AddressSchema, ContactPointSchema, CustomerSchema, RelationshipSchema
from core.i18n import _l
from core.records.types import RecordType

CUSTOMERS = RecordType(
    model=Customer,
    schema=CustomerSchema,
    label=_l("Customer"),
    label_plural=_l("Customers"),
    path="customers",
    icon="users",
    subtitle=("roles", "city"),
    columns=("name", "city"),
    filters=(
        "kind", "name", "roles", "tags", "city", "country", "postcode", "industry", "employees", "annual_revenue",
        "founded_year", "email", "phone", "tax_number", "language", "parent", "territory", "territory_pinned", "since",
    ),
    search=("name", "legal_name", "tax_number", "email", "phone", "city", "tags", "industry"),
    sort="name",
    match=("name", "tax_number", "email", "phone"),
    create=create_customer,
    create_many=create_customers,
    update=update_customer,
    page="customers/page.html",
    panel="customers/panel.html",
    form="customers/form.html",
    creatable=True,
)  # fmt: skip

CONTACT_POINTS = RecordType(
    model=ContactPoint,
    schema=ContactPointSchema,
    label=_l("Contact point"),
    label_plural=_l("Contact points"),
    path="contact-points",
    icon="address-book",
    title="value",
    columns=("value", "kind", "label", "customer"),
    filters=("kind", "value", "customer"),
    create=create_contact_point,
    update=update_contact_point,
    access=ParentAccess("customer_id", Customer),
    nav=False,
)

ADDRESSES = RecordType(
    model=Address,
    schema=AddressSchema,
    label=_l("Address"),
    label_plural=_l("Addresses"),
    path="addresses",
    icon="map-pin",
    title="street",
    columns=("street", "postcode", "city", "country", "customer"),
    filters=("city", "country", "customer"),
    create=create_address,
    update=update_address,
    access=ParentAccess("customer_id", Customer),
    nav=False,
)

RELATIONSHIPS = RecordType(
    model=Relationship,
    schema=RelationshipSchema,
    label=_l("Relation"),
    label_plural=_l("Relations"),
    path="relationships",
    icon="affiliate",
    title="kind",
    columns=("kind", "from_customer", "to_customer", "title"),
    filters=("kind", "from_customer", "to_customer"),
    create=create_relationship,
    update=update_relationship,
    access=ParentAccess("from_id", Customer),
    nav=False,
)
