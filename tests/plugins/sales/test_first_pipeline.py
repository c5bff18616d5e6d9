"""The first pipeline: it is there from the start, and called as the company's people say."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from core.access import system_actor
from core.database import write_unit
from core.host.doors import demand
from core.users import operations
from core.web.limits import limiter
from plugins.sales.models import Stage
from plugins.sales.operations.pipelines import default_pipeline, stages_of


def names() -> list[str]:
    """List how the first pipeline and its stages are called."""
    pipeline = default_pipeline()
    return [pipeline.name, *[stage.name for stage in stages_of(pipeline.id)]]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["New business", "Needs", "Solution", "Proposal", "Negotiation", "Won", "Lost"]),
        ("el", ["Νέες πωλήσεις", "Ανάγκες", "Λύση", "Προσφορά", "Διαπραγμάτευση", "Κερδισμένη", "Χαμένη"]),
        ("pl", ["Nowa sprzedaż", "Potrzeby", "Rozwiązanie", "Oferta", "Negocjacje", "Wygrana", "Przegrana"]),
    ],
)
def test_it_is_called_in_the_language_that_the_administrator_chose_at_set_up(
    app: Flask, language: str, said: list[str]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    limiter.reset()
    answer = app.test_client().post(
        "/setup",
        data={
            "code": operations.setup_code(),
            "company_name": "Aegis",
            "name": "Ελένη Δούκα",
            "email": "eleni@aegis.example",
            "password": "μια καλή μεγάλη φράση",
            "language": language,
            "currency": "EUR",
        },
    )
    assert answer.status_code == 303
    assert names() == said


def test_a_stage_that_somebody_renamed_keeps_its_name(app: Flask, stages: dict[str, Stage]) -> None:
    with write_unit(), force_locale("el"):
        stages["Needs"].name = "First talks"
        demand("crm_set_up_company", actor=system_actor())
    assert names()[1:3] == ["First talks", "Λύση"]


def test_its_stages_are_found_by_what_somebody_types(client: FlaskClient) -> None:
    found = client.get("/sales/stages/options?q=propo").get_json()["items"]
    assert [each["text"] for each in found] == ["Proposal"]
