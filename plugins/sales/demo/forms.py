"""The demo's forms on the web."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from pelatis.api import DemoCompany, TeamMember, _l, db

from ..models import AssignmentRule, LeadForm

ASKED: Final = ("name", "company", "email", "phone", "message")

#: By language: name, title, introduction, consent, thanks.
FORMS: Final = {
    "en": (
        "Export enquiries", "Buy Greek olive oil and raisins", "Tell us what you need; a person answers.",
        "You may keep what I wrote and answer me by mail or phone.", "We answer within one working hour.",
    ),
    "el": (
        "Χονδρική", "Ζητήστε τιμοκατάλογο", "Γράψτε μας τι χρειάζεστε· απαντά άνθρωπος.",
        "Μπορείτε να κρατήσετε όσα έγραψα και να μου απαντήσετε.", "Απαντάμε μέσα σε μία εργάσιμη ώρα.",
    ),
    "pl": (
        "Hurt w Polsce", "Zapytaj o cennik", "Napisz, czego potrzebujesz; odpowie człowiek.",
        "Możecie zachować to, co napisałem, i mi odpowiedzieć.", "Odpowiadamy w ciągu jednej godziny roboczej.",
    ),
}  # fmt: skip

#: Key, name, somebody of the team that gets the leads, countries, method.
RULES: Final[tuple[tuple[str, Any, str, list[str], str], ...]] = (
    ("pl", _l("Leads from Poland"), "piotr", ["PL"], "turns"),
    ("web", _l("All other leads"), "eleni", [], "load"),
)


def make(company: DemoCompany) -> Mapping[str, UUID]:
    """Give the ids of the forms by language, and make them where they aren't there yet."""
    ids = {language: company.stable_id("form", language) for language in FORMS}
    if db.session.get(LeadForm, ids["en"]) is None:
        rows = [
            {
                "id": ids[language], "name": name, "title": title, "language": language, "intro": intro,
                "consent": consent, "thanks": thanks, "source": "web", "origins": ["https://www.aigis.example"],
                "token": company.stable_id("token", language).hex, "asked": list(ASKED),
                "needed": ["name", "email"], "is_open": True, "owner_id": company.staff["eleni"],
            }
            for language, (name, title, intro, consent, thanks) in FORMS.items()
        ]  # fmt: skip
        company.insert(LeadForm, rows)
    return ids


def make_rules(company: DemoCompany) -> None:
    """Say who gets leads, where there are teams and nobody has said so yet."""
    made = company.stable_id("assignment", "web")
    if db.session.get(AssignmentRule, made) is not None:
        return
    rows = [
        {
            "id": company.stable_id("assignment", key), "name": str(name), "position": position, "team_id": team,
            "countries": countries, "method": method, "most_open": 25,
        }
        for position, (key, name, person, countries, method) in enumerate(RULES, 1)
        if (team := _team_of(company, person)) is not None
    ]  # fmt: skip
    company.insert(AssignmentRule, rows)


def _team_of(company: DemoCompany, person: str) -> UUID | None:
    statement = select(TeamMember.team_id).where(TeamMember.user_id == company.staff[person])
    return db.session.scalars(statement.order_by(TeamMember.team_id)).first()
