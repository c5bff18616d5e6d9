"""The pages that every record type has: its lists, its boards, and those of each record."""

from flask import Flask

from core.records.registry import record_types
from core.records.views.arranging import ARRANGING_ROUTES
from core.records.views.boards import BOARD_ROUTES
from core.records.views.conditions import CONDITION_ROUTES
from core.records.views.emptying import EMPTYING_ROUTES
from core.records.views.lists import LIST_ROUTES
from core.records.views.many import MANY_ROUTES
from core.records.views.pages import PAGE_ROUTES


def mount_record_types(app: Flask) -> None:
    """Give every declared record type its pages; where a plugin has its own view of a path, that one stands."""
    taken = {(rule.rule, method) for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    for record_type in record_types.all_declared():
        routes = (*LIST_ROUTES, *CONDITION_ROUTES, *EMPTYING_ROUTES, *MANY_ROUTES, *ARRANGING_ROUTES, *PAGE_ROUTES)
        for suffix, method, view in (*routes, *(BOARD_ROUTES if record_type.board else ())):
            rule = record_type.url + suffix
            if (rule, method) in taken:
                continue
            endpoint = f"records:{record_type.key}:{view.__name__}".replace(".", "/")
            app.add_url_rule(
                rule, endpoint=endpoint, view_func=view, methods=[method], defaults={"key": record_type.key}
            )
