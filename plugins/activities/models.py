"""The tables of activities. All share what they are about; each has its own moment."""

from datetime import date
from typing import Any, Final

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from pelatis.api import Id, Record, UtcDateTime, model_base, ref, utc_now

Model = model_base("activities")


class Activity(Record):
    """What the five kinds of activity share: whom and what they are about, and words about it."""

    #: The customer whose timeline it belongs to; empty for a task that is about nobody.
    customer_id: Mapped[Id | None] = ref("core_customer", on_delete="cascade", nullable=True, index=False)
    #: The other record that it is about, an opportunity or a ticket: its type's key and its id. No foreign key: it may
    #: belong to a plugin that isn't installed.
    about_type: Mapped[str | None] = mapped_column(String(80))
    about_id: Mapped[Id | None] = mapped_column(index=True)
    body: Mapped[str | None] = mapped_column(Text)


class Planned(Activity):
    """What can be planned and then done: it waits for its owner while `done_at` is empty."""

    done_at: Mapped[UtcDateTime | None]


class Note(Activity, Model):
    """Something worth remembering about a customer."""

    __table_args__ = (Index(None, "customer_id", "written_at"),)

    written_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)
    #: Whether it stays at the top of the timeline.
    pinned: Mapped[bool] = mapped_column(default=False)


class Task(Planned, Model):
    """Something that its owner has to do."""

    __table_args__ = (
        # The order of the list; the last column lets it leave out the bin.
        Index(None, "due_on", "id", "deleted_at"),
        Index(None, "customer_id", "done_at", "due_on"),
        Index(None, "owner_id", "done_at", "due_on"),
    )

    title: Mapped[str] = mapped_column(String(300))
    #: The day by which it is to be done.
    due_on: Mapped[date | None]
    #: The moment by which it is to be done, where the day alone isn't enough; it lies on `due_on`.
    due_at: Mapped[UtcDateTime | None]
    #: `low`, `normal` or `high`.
    priority: Mapped[str] = mapped_column(String(10), default="normal")


class Appointment(Planned):
    """What calls, meetings and visits share: a subject and a beginning; `done_at` tells that they have taken place."""

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 – called on the class
        return (
            Index(None, "customer_id", "done_at", "starts_at"),
            Index(None, "owner_id", "done_at", "starts_at"),
            Index(None, "owner_id", "starts_at"),
        )

    subject: Mapped[str | None] = mapped_column(String(300))
    starts_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)


class Call(Appointment, Model):
    """A telephone call, planned or made."""

    #: `out` or `in`.
    direction: Mapped[str] = mapped_column(String(3), default="out")
    duration_minutes: Mapped[int | None]
    #: `reached`, `no_answer`, `message` or `call_back`.
    outcome: Mapped[str | None] = mapped_column(String(20))


class Meeting(Appointment, Model):
    """A meeting at our place, theirs, or on a screen."""

    ends_at: Mapped[UtcDateTime | None]
    place: Mapped[str | None] = mapped_column(String(200))


class Visit(Appointment, Model):
    """A visit to a customer, where they are."""

    ends_at: Mapped[UtcDateTime | None]
    place: Mapped[str | None] = mapped_column(String(200))


#: The kinds that can be planned and done.
PLANNED: Final[tuple[type[Planned], ...]] = (Visit, Meeting, Call, Task)
#: Every kind.
KINDS: Final[tuple[type[Activity], ...]] = (Note, *PLANNED)
