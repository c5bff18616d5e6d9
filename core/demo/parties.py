"""The customers of the demo: a batch at a time, organisations with the people who work there."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Final
from uuid import UUID

from core.customers.keys import matching_name, sorting_name
from core.customers.models import ORGANISATION, PERSON, Address, ContactPoint, Customer, Relationship
from core.demo.company import PAST, DemoCompany, DemoCustomer
from core.demo.featured import FEATURED, Featured
from core.demo.tax_numbers import make_tax_number
from core.demo.territories import territory_of
from core.demo.words import JOB_TITLES, LANDS, TAGS, Land, Place
from core.search.fold import TRANSLITERATION, fold

#: Customers of one batch, people among them.
BATCH: Final = 500
#: Who looks after the customers of a country, and how often.
OWNERS: Final[Mapping[str, tuple[str, ...]]] = {
    "GR": ("eleni", "eleni", "nikos", "nikos", "giorgos"),
    "CY": ("zofia", "eleni"),
    "PL": ("piotr", "piotr", "kasia", "kasia", "zofia"),
}
#: Who looks after all others.
EXPORT: Final = ("zofia", "zofia", "eleni", "giorgos")
#: What an organisation is to the company, and how often of a hundred.
ROLES: Final[Mapping[tuple[str, ...], int]] = {
    ("customer",): 52, ("prospect",): 29, ("customer", "key_account"): 4, ("customer", "distributor"): 5,
    ("supplier",): 5, ("partner",): 3, ("competitor",): 2,
}  # fmt: skip
_NOT_IN_ADDRESS: Final = re.compile(r"[^a-z0-9]+")


def batches(customers: int) -> int:
    """Tell into how many batches a number of customers falls."""
    return -(-customers // BATCH)


class Parties:
    """Writes the customers of a company.

    Args:
        company: the company; its `random` is this part's own for the batch.
    """

    def __init__(self, company: DemoCompany) -> None:
        self.company = company
        self.random = company.random
        self.customers: list[dict[str, Any]] = []
        self.relationships: list[dict[str, Any]] = []
        self.contact_points: list[dict[str, Any]] = []
        self.addresses: list[dict[str, Any]] = []
        self.known: list[DemoCustomer] = []

    def write(self, batch: int, count: int) -> list[DemoCustomer]:
        """Write one batch, inside a write unit.

        Args:
            batch: its number; the first one begins with the featured customers.
            count: how many customers it has.
        """
        for rows in (self.customers, self.relationships, self.contact_points, self.addresses, self.known):
            rows.clear()
        for featured in FEATURED if batch == 0 else ():
            if len(self.customers) < count:
                self._add_featured(featured, count)
        while len(self.customers) < count:
            self._add_organisation(count)
        self.company.insert(Customer, sorted(self.customers, key=lambda row: row["parent_id"] is not None))
        self.company.insert(Relationship, self._related(batch))
        self.company.insert(ContactPoint, self.contact_points)
        self.company.insert(Address, self.addresses)
        return list(self.known)

    def _related(self, batch: int) -> Iterator[dict[str, Any]]:
        yield from self.relationships
        present = {each.key: each for each in self.known if each.key}
        for featured in FEATURED if batch == 0 else ():
            for kind, key in featured.relations:
                if featured.key in present and key in present:
                    ends = present[featured.key].id, present[key].id
                    yield self._relation(*ends, kind, None, self.company.at(-500, 10))

    # Organisations

    def _add_featured(self, featured: Featured, most: int) -> None:
        company, land = self.company, LANDS[featured.country]
        moment = company.at(-self.random.randrange(560, 720), 10)
        since = date(featured.since, self.random.randrange(1, 12), 14) if featured.since else None
        row = self._party(
            id=company.stable_id("customer", featured.key), kind=ORGANISATION, name=featured.name, land=land, at=moment,
            owner=featured.owner, roles=list(featured.roles), industry=featured.industry, since=since,
            street=featured.street, postcode=featured.postcode, city=featured.city, phone=featured.phone,
            importance=featured.importance, host=featured.key, note=featured.note or None,
        )  # fmt: skip
        if featured.parent:
            row["parent_id"] = company.stable_id("customer", featured.parent)
        people = featured.people[: max(most - len(self.customers), 0)]
        self._remember(row, featured.key, featured.owner, featured.importance, land, people)
        for given, family, title in people:
            self._add_person(row, land, featured.owner, given, family, title)

    def _add_organisation(self, most: int) -> None:
        random, company = self.random, self.company
        land = random.choices(_lands(), _weights())[0]
        place = random.choices(land.places, [place.weight for place in land.places])[0]
        trade, industry = random.choice(land.trades)
        name = random.choice(land.firms).format(
            trade=trade,
            family=random.choice(land.families)[0],
            of=place.of,
            word=random.choice(land.words),
            form=random.choice(land.forms),
        )
        # Most were known from the beginning, when the company took its old list over.
        latest = company.now - timedelta(days=2) - PAST * (random.random() * 0.8)
        moment = company.moment(company.now - PAST, latest)
        roles = list(random.choices(list(ROLES), list(ROLES.values()))[0])
        owner = random.choice(OWNERS.get(land.code, EXPORT))
        importance = 5 if "key_account" in roles else random.choices((1, 2, 3, 4), (40, 30, 20, 10))[0]
        since = _years_before(moment, random.randrange(0, 9)) if "customer" in roles else None
        row = self._party(
            id=company.id_at(moment), kind=ORGANISATION, name=name, land=land, at=moment, owner=owner, roles=roles,
            industry=industry, since=since, importance=importance, host=_host(name), note=None, city=place.name,
            phone=self._digits(place.phone), **self._address(land, place),
        )  # fmt: skip
        staff = min(random.choices((0, 1, 2, 3), (25, 45, 20, 10))[0], most - len(self.customers))
        people = [self._person(land) for _ in range(staff)]
        self._remember(row, "", owner, importance, land, people)
        if importance > 2 and random.random() < 0.3:
            self.addresses.append(self._further_address(row, land))
        for given, family, title in people:
            self._add_person(row, land, owner, given, family, title)

    def _party(
        self, *, id: UUID, kind: str, name: str, land: Land, at: datetime, owner: str, host: str, importance: int,
        **values: Any,
    ) -> dict[str, Any]:  # fmt: skip
        random, company = self.random, self.company
        is_firm = kind == ORGANISATION
        revenue = Decimal(random.randrange(2, 40) * 10_000 * importance**2)
        row: dict[str, Any] = {
            "id": id,
            "kind": kind,
            "name": name,
            "name_key": sorting_name(name),
            "match_key": matching_name(name),
            "owner_id": company.staff[owner],
            "created_at": at,
            "updated_at": at,
            "country": land.code,
            "territory_id": company.territories.get(territory_of(land.code, values["postcode"])),
            "language": land.language,
            "legal_name": name if is_firm else None,
            "tax_number": make_tax_number(random, land.code) if is_firm else None,
            "currency": land.currency if is_firm else None,
            "website": f"https://www.{host}.example" if is_firm and random.random() < 0.6 else None,
            "email": f"info@{host}.example",
            "employees": random.randrange(2, 30) * importance if is_firm and random.random() < 0.6 else None,
            "founded_year": random.randrange(1958, 2022) if is_firm and random.random() < 0.5 else None,
            "annual_revenue": revenue if is_firm and random.random() < 0.7 else None,
            "tags": [tag for tag, share in TAGS.items() if random.randrange(100) < share] if is_firm else [],
            "given_name": None,
            "family_name": None,
            "parent_id": None,
            **values,
        }
        self.customers.append(row)
        return row

    def _remember(
        self, row: Mapping[str, Any], key: str, owner: str, importance: int, land: Land, people: Any = ()
    ) -> None:
        buys = {"customer", "prospect"} & set(row["roles"])
        self.known.append(
            DemoCustomer(
                id=row["id"],
                key=key,
                kind=row["kind"],
                name=row["name"],
                owner=owner,
                owner_id=row["owner_id"],
                created_at=row["created_at"],
                is_buyer=bool(buys),
                importance=importance,
                language=land.language,
                currency=land.currency,
                city=row["city"],
                street=row["street"],
                people=tuple(f"{given} {family}" for given, family, _title in people),
            )
        )

    # People

    def _person(self, land: Land) -> tuple[str, str, str]:
        random = self.random
        man, woman = random.choice(land.families)
        is_woman = random.random() < 0.5
        given = random.choice(land.women if is_woman else land.men)
        return given, woman if is_woman else man, random.choice(JOB_TITLES)

    def _add_person(self, firm: Mapping[str, Any], land: Land, owner: str, given: str, family: str, title: str) -> None:
        company, random = self.company, self.random
        at = firm["created_at"] + timedelta(minutes=random.randrange(2, 40))
        row = self._party(
            id=company.id_at(at), kind=PERSON, name=f"{given} {family}", land=land, at=at, owner=owner, roles=[],
            given_name=given, family_name=family, industry=None, since=None, city=firm["city"], street=firm["street"],
            postcode=firm["postcode"], phone=self._digits(land.mobile), importance=1, host="", note=None,
        )  # fmt: skip
        host = str(firm["email"]).partition("@")[2]
        row["email"] = f"{_host(given)}.{_host(family)}@{host}"
        self._remember(row, "", owner, 1, land)
        kind = "decides_at" if title.endswith("decides") else "works_at"
        self.relationships.append(self._relation(row["id"], firm["id"], kind, title, at))
        if random.random() < 0.35:
            direct = f"{firm['phone'][:-2]}{random.randrange(10, 99)}"
            self.contact_points.append(
                {
                    "id": company.id_at(at), "created_at": at, "updated_at": at, "owner_id": row["owner_id"],
                    "customer_id": row["id"], "kind": "phone", "value": direct, "normalised": direct, "label": "Direct",
                }
            )  # fmt: skip

    def _relation(self, from_id: UUID, to_id: UUID, kind: str, title: str | None, at: datetime) -> dict[str, Any]:
        return {
            "id": self.company.id_at(at), "created_at": at, "updated_at": at, "from_id": from_id, "to_id": to_id,
            "kind": kind, "title": title,
        }  # fmt: skip

    # Places

    def _address(self, land: Land, place: Place) -> dict[str, str]:
        street = f"{self.random.choice(land.streets)} {self.random.randrange(1, 180)}"
        return {"street": street, "postcode": self._digits(place.postcode)}

    def _further_address(self, firm: Mapping[str, Any], land: Land) -> dict[str, Any]:
        place, at = self.random.choice(land.places), firm["created_at"]
        return {
            "id": self.company.id_at(at), "created_at": at, "updated_at": at, "owner_id": firm["owner_id"],
            "customer_id": firm["id"], "label": self.random.choice(("Warehouse", "Delivery", "Invoices")),
            "city": place.name, "country": land.code, **self._address(land, place),
        }  # fmt: skip

    def _digits(self, pattern: str) -> str:
        """Put digits in the places of a pattern's `#`; none is a zero, which begins no number."""
        return "".join(self.random.choice("23456789") if letter == "#" else letter for letter in pattern)


@cache
def _lands() -> tuple[Land, ...]:
    return tuple(LANDS.values())


@cache
def _weights() -> tuple[int, ...]:
    return tuple(land.weight for land in LANDS.values())


@lru_cache(maxsize=4_096)
def _host(name: str) -> str:
    """Make the part of a web or mail address that a name leads to: `Κλινική Πατρών Α.Ε.`, `kliniki-patron-ae`."""
    plain = fold(name.replace(".", "")).translate(TRANSLITERATION)
    return _NOT_IN_ADDRESS.sub("-", plain).strip("-")[:40].rstrip("-") or "office"


def _years_before(moment: datetime, years: int) -> date:
    return date(moment.year - years, moment.month, min(moment.day, 28))
