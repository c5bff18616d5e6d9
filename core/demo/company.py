"""The demo company as the parts of the demo see it: its people, its chance, its past, and the door to write through."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from core.database import Record, bulk_insert, in_parts
from core.database.bulk import MOST_ROWS

#: How far the company's records reach back.
PAST: Final = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    """A customer of the demo, as far as other parts of it need to know.

    Attributes:
        id: the customer's id.
        key: the name by which the demo's stories know it; empty for the many.
        kind: `organisation` or `person`.
        name: its name.
        owner: the key of the member of staff who looks after it.
        owner_id: their id.
        created_at: since when it has been known.
        is_buyer: whether it buys or may buy, against suppliers, competitors and people.
        importance: 1 (small) to 5 (large).
        language, currency: in which the company deals with it.
        city, street: where it is.
        people: names of those who work there.
    """

    id: UUID
    key: str
    kind: str
    name: str
    owner: str
    owner_id: UUID
    created_at: datetime
    is_buyer: bool
    importance: int
    language: str
    currency: str
    city: str
    street: str
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoMatter:
    """Something that goes on with a customer and that others may have notes, calls and tasks about: a deal.

    Attributes:
        record_type: the key of its record type, `sales.opportunity`.
        id: its id.
        key: the name by which the demo's stories know it; empty for the many.
        title: its name.
        customer: whom it is about.
        owner_id: who works on it.
        since: when it began.
        until: when it ended; None while it goes on.
    """

    record_type: str
    id: UUID
    key: str
    title: str
    customer: DemoCustomer
    owner_id: UUID
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class DemoCompany:
    """The company whose data is being made.

    Attributes:
        seed: what chance begins with; the same seed and moment make the same records.
        now: the moment at which the demo was begun; its past is told from here.
        zone: where the company is.
        staff: the ids of its people by key: `eleni`, `piotr`, …
        territories: the ids of its territories by code: `GR-N`, `PL`, …
        density: how much history a customer has, against one of a small company; 0 to 1.
        random: where chance comes from; each part and each batch has its own, so that none depends on another.
    """

    seed: int
    now: datetime
    zone: ZoneInfo
    staff: Mapping[str, UUID]
    territories: Mapping[str, UUID] = field(default_factory=dict)
    density: float = 1.0
    random: Random = field(default_factory=Random)

    @property
    def today(self) -> date:
        """The company's day."""
        return self.now.astimezone(self.zone).date()

    def id_at(self, moment: datetime) -> UUID:
        """Make a UUIDv7 of a moment, so that ids sort by the time that the record tells."""
        return _version_7(int(moment.timestamp() * 1000), self.random.getrandbits(80))

    def stable_id(self, *words: str) -> UUID:
        """Make the id of something that there is once: the same words give the same one."""
        digest = hashlib.sha256(f"{self.seed}:{':'.join(words)}".encode()).digest()
        return _version_7(int((self.now - PAST).timestamp() * 1000), int.from_bytes(digest[:10], "big"))

    def number(self, usual: float, most: int) -> int:
        """Choose how many there are of something: mostly few, sometimes many.

        Args:
            usual: the mean for a small company.
            most: the most.
        """
        return min(int(self.random.expovariate(1 / (usual * self.density)) + 0.5), most)

    def moment(self, earliest: datetime, latest: datetime) -> datetime:
        """Choose a moment of a working day between two; the earlier one where there is none."""
        seconds = (latest - earliest).total_seconds()
        if seconds <= 0:
            return earliest
        chosen = earliest + timedelta(seconds=self.random.random() * seconds)
        chosen -= timedelta(days=max(chosen.weekday() - 4, 0))
        chosen = chosen.replace(hour=self.random.randrange(6, 15), minute=self.random.randrange(0, 60, 5), second=0)
        return min(max(chosen, earliest), latest)

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """Give a moment by days from today and the time on the company's clocks, in UTC."""
        local = datetime.combine(self.today + timedelta(days=days), time(hour, minute), self.zone)
        return local.astimezone(UTC)

    def insert(self, model: type[Record], rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows of one model through the journalled bulk door."""
        for part in in_parts(list(rows), MOST_ROWS):
            bulk_insert(model, part)


def _version_7(milliseconds: int, chance: int) -> UUID:
    value = (milliseconds << 80) | chance
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    return UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62))


class DemoPart:
    """What one plugin adds to the demo: a class in its module `demo`, made once per run.

    Args:
        company: the company; its `random` is the part's own for the batch that is being written.
    """

    def __init__(self, company: DemoCompany) -> None:
        self.company = company

    def prepare(self) -> None:
        """Make what there is once, such as products.

        Called inside the first write unit of every run, also of one that goes on; leave alone what is there already.
        """

    def write(self, customers: Sequence[DemoCustomer]) -> Iterable[DemoMatter]:
        """Write what belongs to a batch of at most 500 customers, inside a write unit.

        Returns:
            What goes on with them, for other plugins to write about.
        """
        return ()

    def write_about(self, matters: Sequence[DemoMatter]) -> None:
        """Write about what the other plugins reported for the batch, inside the same write unit."""
