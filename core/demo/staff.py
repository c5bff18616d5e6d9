"""The people of the demo company: a tree of teams, and who does what in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from core.access import system_actor
from core.database import db, new_id
from core.users.models import Team, User
from core.users.operations import add_user
from core.users.passwords import hash_password

DOMAIN: Final = "aigis.example"


@dataclass(frozen=True)
class Person:
    """Somebody who works for the demo company."""

    key: str
    name: str
    team: str
    role: str
    language: str = "el"
    leads: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        """What they sign in with."""
        return f"{self.key}@{DOMAIN}"


#: Team to the one above it.
TEAMS: Final[Mapping[str, str]] = {
    "Αιγίς Εμπορική": "",
    "Sales": "Αιγίς Εμπορική",
    "Western Greece": "Sales",
    "Poland": "Sales",
    "Export": "Sales",
    "Back office": "Αιγίς Εμπορική",
}

#: The first is the one who signs in.
STAFF: Final = (
    Person("eleni", "Ελένη Δούκα", "Western Greece", "administrator", "en", ("Western Greece",)),
    Person("giorgos", "Γιώργος Παππάς", "Sales", "sales_manager", leads=("Αιγίς Εμπορική", "Sales")),
    Person("nikos", "Νίκος Μανδάς", "Western Greece", "salesperson"),
    Person("piotr", "Piotr Zieliński", "Poland", "sales_manager", "pl", ("Poland",)),
    Person("kasia", "Katarzyna Wrona", "Poland", "salesperson", "pl"),
    Person("zofia", "Zofia Nowak", "Export", "salesperson", "pl", ("Export",)),
    Person("dafni", "Δάφνη Λεοντή", "Back office", "viewer", leads=("Back office",)),
)


def staff_ids() -> dict[str, UUID]:
    """Find the ids of the people by their keys; those who are gone are left out."""
    emails = {person.email: person.key for person in STAFF}
    found = db.session.execute(select(User.email, User.id).where(User.email.in_(emails)))
    return {emails[email]: identity for email, identity in found if email is not None}


def hire_staff(founded: datetime, zone: str, password: str) -> None:
    """Make the people and their teams; call it inside a write unit.

    Args:
        founded: since when they are there.
        zone: their time zone.
        password: what all of them sign in with.
    """
    session = db.session
    teams: dict[str, Team] = {}
    for name, parent in TEAMS.items():
        above = teams[parent].id if parent else None
        teams[name] = Team(id=new_id(), name=name, parent_id=above, created_at=founded)
        session.add(teams[name])
        session.flush()
    hashed = hash_password(password)
    for person in STAFF:
        team = teams[person.team].id
        user = add_user(system_actor(), email=person.email, role=person.role, name=person.name, team_id=team)
        user.password_hash, user.active = hashed, True
        user.language, user.zone, user.created_at = person.language, zone, founded
        session.flush()
        for name in person.leads:
            teams[name].leader_id = user.id
    session.flush()
