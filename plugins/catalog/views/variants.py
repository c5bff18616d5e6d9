"""Making the variants of a product."""

from uuid import UUID

from werkzeug.wrappers import Response

from pelatis.api import audience, current_actor, find_record, last_transaction, ngettext, redirect_or_refresh, toast

from ..operations.variants import make_variants
from ..records import PRODUCTS
from . import blueprint


@blueprint.post("/products/<uuid:record_id>/variants")
@audience("staff")
def new_variants(record_id: UUID) -> Response:
    """Make the variants of a product that aren't there yet."""
    actor = current_actor()
    made = make_variants(actor, find_record(actor, PRODUCTS, record_id, "edit"))
    toast(ngettext("%(num)s variant is new.", "%(num)s variants are new.", len(made)), undo=last_transaction())
    return redirect_or_refresh(PRODUCTS.url_of(record_id))
