"""Who sells, and how the teams stand below each other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from pelatis.api import Team, User, db


@dataclass(frozen=True)
class Staff:
    """The people and teams of a company, whether they may be seen or not: names alone.

    Attributes:
        people: person to their name and the team that their figures count for.
        teams: team to its name and the team above it.
    """

    people: Mapping[UUID, tuple[str, UUID | None]]
    teams: Mapping[UUID, tuple[str, UUID | None]]

    def name_of(self, person: UUID | None) -> str:
        """Name a person; an en dash for nobody."""
        return self.people[person][0] if person is not None and person in self.people else "–"

    def team_of(self, person: UUID | None) -> UUID | None:
        """Give the team that somebody's figures count for."""
        team = self.people[person][1] if person is not None and person in self.people else None
        return team if team in self.teams else None

    def upwards(self, team: UUID | None) -> Iterator[UUID]:
        """Give a team and those above it, the nearest first; a ring of teams ends where it begins."""
        seen: set[UUID] = set()
        while team is not None and team in self.teams and team not in seen:
            seen.add(team)
            yield team
            team = self.teams[team][1]

    def is_in(self, person: UUID | None, team: UUID) -> bool:
        """Tell whether somebody's figures count for a team or one below it."""
        return team in self.upwards(self.team_of(person))

    def branch_of(self, person: UUID | None, below: UUID | None) -> UUID | None:
        """Give the team right below another one that somebody's figures count for.

        Args:
            person: whose figures.
            below: the team above; None for the teams at the top.

        Returns:
            None for whoever stands in the team itself, or in none.
        """
        way = list(self.upwards(self.team_of(person)))
        if below is None:
            return way[-1] if way else None
        return way[way.index(below) - 1] if below in way[1:] else None


def read_staff() -> Staff:
    """Read all people and teams, in two statements."""
    people = db.session.execute(select(User.id, User.name, User.team_id))
    teams = db.session.execute(select(Team.id, Team.name, Team.parent_id).where(Team.deleted_at.is_(None)))
    return Staff(
        {person: (name, team) for person, name, team in people},
        {team: (name, parent) for team, name, parent in teams},
    )


def active_people() -> list[tuple[UUID, str]]:
    """List everybody who may sign in, by name."""
    statement = select(User.id, User.name).where(User.active, User.deleted_at.is_(None)).order_by(User.name)
    return [(person, name) for person, name in db.session.execute(statement)]
