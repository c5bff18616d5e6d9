"""The words for what a customer is: kinds, roles, relations and contact points, with their labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.customers.models import ORGANISATION, PERSON
from core.i18n import _l

KINDS: Final[Mapping[str, Any]] = {ORGANISATION: _l("Organisation"), PERSON: _l("Person")}

#: The roles that are known by name. The set is open: another word is kept and shown as it is.
ROLES: Final[Mapping[str, Any]] = {
    "prospect": _l("Prospect"),
    "customer": _l("Customer"),
    "key_account": _l("Key account"),
    "partner": _l("Partner"),
    "distributor": _l("Distributor"),
    "supplier": _l("Supplier"),
    "competitor": _l("Competitor"),
    "investor": _l("Investor"),
    "press": _l("Press"),
}

CONTACT_KINDS: Final[Mapping[str, Any]] = {
    "email": _l("Mail"),
    "phone": _l("Phone"),
    "mobile": _l("Mobile"),
    "web": _l("Web"),
}


@dataclass(frozen=True)
class RelationKind:
    """How a relation reads from either end.

    Attributes:
        forward: read at the one it starts from: "Works at".
        backward: read at the one it leads to: "Employs".
        person: whether the one it starts from is shown among the people of the other.
    """

    forward: Any
    backward: Any
    person: bool = False


#: The relations that are known by name; others read the same in both directions.
RELATIONS: Final[Mapping[str, RelationKind]] = {
    "works_at": RelationKind(_l("Works at"), _l("Employs"), person=True),
    "decides_at": RelationKind(_l("Decides at"), _l("Decided by"), person=True),
    "advises": RelationKind(_l("Advises"), _l("Advised by"), person=True),
    "owns": RelationKind(_l("Owns"), _l("Owned by")),
    "supplies": RelationKind(_l("Supplies"), _l("Supplied by")),
    "distributes_for": RelationKind(_l("Distributes for"), _l("Distributed by")),
    "partner_of": RelationKind(_l("Partner of"), _l("Partner of")),
    "referred": RelationKind(_l("Referred"), _l("Referred by")),
    "related_to": RelationKind(_l("Related to"), _l("Related to")),
}


def customer_roles() -> Mapping[str, Any]:
    """List the roles of customers that are known by name, role to label; any other word may be one too."""
    return ROLES


def role_label(role: str) -> str:
    """Name a role for people."""
    return str(ROLES.get(role) or role.replace("_", " ").capitalize())


def relation_kind(kind: str) -> RelationKind:
    """Find how a relation reads; an unknown kind reads as itself from both ends."""
    text = kind.replace("_", " ").capitalize()
    return RELATIONS.get(kind) or RelationKind(text, text)
