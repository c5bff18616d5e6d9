"""What the records layer is told about the accounts of the journal."""

from pelatis.api import RecordType, SharedAccess, _l

from ..models import AccountMapping
from ..operations.accounts import create_account, update_account
from ..schemas import AccountMappingSchema

ACCOUNTS = RecordType(
    model=AccountMapping,
    schema=AccountMappingSchema,
    label=_l("Account of the journal"),
    label_plural=_l("Accounts of the journal"),
    path="accounts",
    icon="list-details",
    title="code",
    columns=("code", "purpose", "tax_name", "method"),
    filters=("code", "purpose", "tax_name", "method"),
    search=("code", "tax_name"),
    sort="code",
    create=create_account,
    update=update_account,
    access=SharedAccess(),
    setup=True,
)
