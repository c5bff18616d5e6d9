"""Panels of rows: each with a title that leads somewhere, a figure and a note."""

from collections.abc import Mapping, Sequence

from pelatis.api import Panel


def rows_panel(
    *,
    id: str,
    title: str,
    rows: Sequence[Mapping[str, str]],
    lacking: str,
    icon: str,
    new_url: str = "",
    new_label: str = "",
    more_url: str = "",
    more_label: str = "",
    make_url: str = "",
    count: int | None = None,
    figure: str = "",
    url: str = "",
) -> Panel:
    """Draw rows beside a record.

    Args:
        id: the panel's id.
        title: its heading.
        rows: mappings of `title` and `url`, and, where there is one, `note` and `figure`.
        lacking: what is said where there are none.
        icon: of the panel.
        new_url: where one more is made; empty for whoever may not.
        new_label: what that is called.
        more_url: what else leads on from there.
        more_label: what that is called.
        make_url: where the variants of a product are made.
        count: how many there are.
        figure: what all of them come to.
        url: where all of them are.
    """
    context = {
        "rows": rows,
        "lacking": lacking,
        "icon": icon,
        "new_url": new_url,
        "new_label": new_label,
        "more_url": more_url,
        "more_label": more_label,
        "make_url": make_url,
    }
    return Panel(
        id=id, title=title, template="catalog/panels/rows.html", context=context, count=count, figure=figure, url=url
    )
