"""Arranging a list: which columns it has and in which order, and the order of one's own views."""

from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from core.i18n import _
from core.records import present
from core.records.saved_views import order_views, own_views
from core.records.untrusted import as_id
from core.records.views.routes import Routes, list_query, type_of_route
from core.web.audience import audience
from core.web.render import fragment, last_transaction, redirect_or_refresh, toast


@audience("staff")
def columns_form(key: str) -> Response:
    """Show the form that chooses a list's columns and puts them in order: those that are shown come first."""
    _actor, record_type = type_of_route(key)
    arguments = present.arguments_of(request.args)
    shown = present.columns_of(record_type, arguments, list_query(request.args))
    possible = present.possible_columns(record_type)
    chosen = [column.key for column in shown[1:]]
    return fragment(
        "records/columns.html",
        record_type=record_type,
        arguments=arguments,
        title=shown[0].label if shown else record_type.label,
        items=[(name, possible[name], True) for name in chosen]
        + [(name, label, False) for name, label in possible.items() if name not in (*chosen, record_type.columns[0])],
        usual_url=present.list_url(record_type, arguments, columns=None),
    )


@audience("staff")
def choose_columns(key: str) -> Response:
    """Lead to the list with the chosen columns in the order of the form, after the name."""
    _actor, record_type = type_of_route(key)
    possible = present.possible_columns(record_type)
    chosen = [name for name in request.form.getlist("column") if name in possible]
    columns = ",".join([record_type.columns[0], *chosen])
    arguments = {name: request.form[name] for name in present.KEPT_ARGUMENTS if request.form.get(name)}
    return redirect_or_refresh(present.list_url(record_type, arguments, columns=columns))


@audience("staff")
def views_form(key: str) -> Response:
    """Show one's own views of a list, to put them in order or to remove one."""
    actor, record_type = type_of_route(key)
    return fragment("records/views.html", record_type=record_type, views=own_views(actor, record_type))


@audience("staff")
def arrange_views(key: str) -> Response:
    """Put one's own views in the order of the form."""
    actor, record_type = type_of_route(key)
    wanted: list[UUID] = [found for each in request.form.getlist("view") if (found := as_id(each))]
    order_views(actor, record_type, wanted)
    toast(_("Your views are in the new order."), undo=last_transaction())
    return redirect_or_refresh(record_type.url)


ARRANGING_ROUTES: Routes = (
    ("/columns", "GET", columns_form),
    ("/columns", "POST", choose_columns),
    ("/views/order", "GET", views_form),
    ("/views/order", "POST", arrange_views),
)
