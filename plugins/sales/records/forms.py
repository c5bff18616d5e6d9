"""What the records layer is told about forms for leads."""

from pelatis.api import RecordType, _l

from ..models import LeadForm
from ..operations.forms import create_lead_form, update_lead_form
from ..schemas import LeadFormSchema

LEAD_FORMS = RecordType(
    model=LeadForm,
    schema=LeadFormSchema,
    label=_l("Web form"),
    label_plural=_l("Web forms"),
    path="lead-forms",
    icon="forms",
    subtitle=("title",),
    columns=("name", "title", "language", "is_open", "assign_to"),
    filters=("name", "title", "language", "is_open"),
    search=("name", "title"),
    sort="name",
    match=("name",),
    create=create_lead_form,
    update=update_lead_form,
    setup=True,
)
