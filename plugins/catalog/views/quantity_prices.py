"""What a product costs by quantity, typed into a table for each price list."""

from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from pelatis.api import (
    Actor,
    Problem,
    _,
    audience,
    current_actor,
    fields,
    find_record,
    last_transaction,
    not_found,
    redirect_or_refresh,
    render,
    require,
    rows_attributes,
    toast,
)

from ..models import Price, PriceList, Product
from ..operations.prices import set_quantity_prices
from ..quantity_prices import read_quantity_prices, write_quantity_prices
from ..queries.prices import undated_prices, visible_lists
from ..records import PRICE_LISTS, PRODUCTS
from . import blueprint


@blueprint.get("/products/<uuid:record_id>/prices")
@audience("staff")
def quantity_prices(record_id: UUID) -> Response:
    """Show a product's prices by quantity in the list of `?list=`, or in the first one."""
    actor, product = _asked(record_id)
    lists = visible_lists(actor)
    if not lists:
        raise not_found()
    chosen = request.args.get("list", type=UUID)
    shown = next((each for each in lists if each.id == chosen), lists[0])
    return _page(product, lists, shown, write_quantity_prices(undated_prices(product.id, shown.id)))


@blueprint.post("/products/<uuid:record_id>/prices/<uuid:list_id>")
@audience("staff")
def save_quantity_prices(record_id: UUID, list_id: UUID) -> Response:
    """Save a product's prices by quantity in one list."""
    actor, product = _asked(record_id)
    shown: PriceList = find_record(actor, PRICE_LISTS, list_id)
    text = request.form.get("prices", "")[:4_000]
    try:
        set_quantity_prices(actor, product, shown, read_quantity_prices(text))
    except Problem as problem:
        if problem.code != "catalog.bad_quantity_prices":
            raise
        return _page(product, visible_lists(actor), shown, text, problem)
    toast(_("The prices of %(product)s are saved.", product=product.name), undo=last_transaction())
    return redirect_or_refresh(PRODUCTS.url_of(product.id))


def _asked(record_id: UUID) -> tuple[Actor, Product]:
    actor = current_actor()
    require(actor, Price, "edit")
    require(actor, Price, "create")
    product: Product = find_record(actor, PRODUCTS, record_id)
    if product.deleted_at is not None:
        raise not_found()
    return actor, product


def _page(
    product: Product, lists: list[PriceList], shown: PriceList, text: str, problem: Problem | None = None
) -> Response:
    columns = (_("From quantity"), _("Price"))
    table = fields.Rows(columns, (": ",), "1: 14.50\n100: 12.90", label=_("Prices by quantity"))
    url = f"{PRODUCTS.url_of(product.id)}/prices"
    return render(
        "catalog/quantity_prices.html",
        422 if problem else 200,
        record_type=PRODUCTS,
        product=product,
        shown=shown,
        lists=[
            {"label": f"{each.name} · {each.currency}", "url": f"{url}?list={each.id}", "current": each.id == shown.id}
            for each in lists
        ],
        save_url=f"{url}/{shown.id}",
        text=text,
        errors=problem.fields["prices"] if problem else [],
        table=rows_attributes(table),
    )
