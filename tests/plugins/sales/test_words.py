"""Words that agree with what they are said of, in languages whose words do."""

from typing import Any

import pytest
from flask import Flask

from core.access import system_actor
from core.i18n import _, in_language
from plugins.sales.queries.reports import REPORTS
from plugins.sales.queries.reports.tables import ask
from plugins.sales.schemas import INVOICE_STATUSES, LEAD_STATUSES, ORDER_STATUSES, QUOTE_STATUSES


@pytest.mark.parametrize(
    ("statuses", "key", "greek", "polish"),
    [
        (LEAD_STATUSES, "new", "Νέος", "Nowy"),  # υποψήφιος πελάτης
        (QUOTE_STATUSES, "draft", "Πρόχειρη", "Szkic"),  # προσφορά
        (ORDER_STATUSES, "draft", "Πρόχειρη", "Szkic"),  # παραγγελία
        (INVOICE_STATUSES, "draft", "Πρόχειρο", "Szkic"),  # τιμολόγιο
    ],
)
def test_a_status_has_the_gender_of_what_it_is_of(
    app: Flask, statuses: dict[str, Any], key: str, greek: str, polish: str
) -> None:
    with in_language("el"):
        assert str(statuses[key]) == greek
    with in_language("pl"):
        assert str(statuses[key]) == polish


def test_new_of_anything_stays_as_the_core_says_it(app: Flask) -> None:
    with in_language("el"):
        assert _("New") == "Νέο"


@pytest.mark.parametrize(("language", "said"), [("el", "Χαμένες"), ("pl", "Przegrane")])
def test_a_column_that_counts_lost_deals_is_in_the_plural(app: Flask, language: str, said: str) -> None:
    with in_language(language):
        heads = {column.key: str(column.label) for column in REPORTS["competitors"].read(ask(system_actor())).columns}
    assert heads["lost"] == said
