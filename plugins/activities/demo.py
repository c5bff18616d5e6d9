"""The demo's notes, calls, tasks, meetings and visits: what was said in two years, and what is on for today."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from pelatis.api import DemoCompany, DemoCustomer, DemoMatter, DemoPart, _l

from .models import Activity, Call, Meeting, Note, Task, Visit

#: What is written down, by the language in which the company deals with the customer.
NOTES: Final[Mapping[str, Sequence[str]]] = {
    "el": (
        "Θέλουν παράδοση πριν τις 10, μετά κλείνει η αποθήκη.",
        "Συγκρίνουν τιμές με δύο προμηθευτές, αποφασίζουν μέχρι το τέλος του μήνα.",
        "Ζήτησαν δείγματα της νέας φιάλης 500 ml.",
        "Η νέα υπεύθυνη αγορών ξεκινά τον επόμενο μήνα.",
        "Πληρώνουν στις 30, πάντα με υπενθύμιση.",
        "Ικανοποιημένοι από την τελευταία παράδοση.",
    ),
    "pl": (
        "Dostawy tylko do 12:00, rampa od podwórza.",
        "Porównują ceny z dwoma dostawcami, decyzja do końca miesiąca.",
        "Proszą o próbki nowej butelki 500 ml.",
        "Nowa kierowniczka zakupów zaczyna w przyszłym miesiącu.",
        "Faktury wysyłać na adres księgowości.",
        "Zadowoleni z ostatniej dostawy.",
    ),
    "en": (
        "They take deliveries before noon only, the ramp is at the back.",
        "They compare with two other suppliers and decide by the end of the month.",
        "Asked for samples of the new 500 ml bottle.",
        "The new head of purchasing begins next month.",
        "Invoices go to accounts, not to the shop.",
        "Happy with the last delivery.",
    ),
}
CALLS: Final[Mapping[str, Sequence[str]]] = {
    "el": ("Επιβεβαίωση παράδοσης", "Ανανέωση συμβολαίου", "Νέος τιμοκατάλογος", "Ερώτηση για τιμολόγιο"),
    "pl": ("Potwierdzenie dostawy", "Przedłużenie umowy", "Nowy cennik", "Pytanie o fakturę"),
    "en": ("Confirm the delivery", "Renewal of the contract", "New price list", "Question about an invoice"),
}
VISITS: Final[Mapping[str, Sequence[str]]] = {
    "el": ("Ετήσια επισκόπηση", "Παρουσίαση δειγμάτων", "Έλεγχος ραφιού"),
    "pl": ("Przegląd roczny", "Prezentacja próbek", "Kontrola półki"),
    "en": ("Yearly review", "Show the samples", "Look at the shelf"),
}
TASKS: Final[Mapping[str, Sequence[str]]] = {
    "el": ("Αποστολή προσφοράς", "Αποστολή δειγμάτων", "Έλεγχος αποθέματος", "Υπενθύμιση πληρωμής"),
    "pl": ("Wysłać ofertę", "Wysłać próbki", "Sprawdzić stan magazynu", "Przypomnieć o płatności"),
    "en": ("Send the offer", "Send samples", "Check the stock", "Remind them of the payment"),
}
#: Which kinds of contact there are, and how often.
CONTACTS: Final[Mapping[type[Activity], int]] = {Call: 44, Note: 26, Visit: 16, Meeting: 14}
OUTCOMES: Final = {"reached": 62, "no_answer": 18, "message": 12, "call_back": 8}
#: How many contacts a customer has had, on average, by its importance.
CONTACTS_OF: Final = (0.0, 1.6, 3.2, 5.0, 8.0, 14.0)
#: Whether there is a next step with a customer, and about a deal that goes on.
NEXT_STEPS: Final = 0.28
NEXT_STEPS_OF_DEALS: Final = 0.62

#: When a working day's agenda is told from, on the company's clocks.
MORNING: Final = time(9, 42)
NOON: Final = time(13, 0)
#: What one of the staff has on today: (kind, customer, minutes from now, length in minutes, subject, place, words)
AGENDA: Final = (
    (Call, "kowalski", -57, 6, _l("Confirm the delivery window"), None, _l("Tuesday between 8 and 10, ramp 2.")),
    (Visit, "elaiones", -12, 60, _l("Sign the frame contract 2027"), "Μαιζώνος 84, Πάτρα",
     _l("Dimitra expects the corrected invoice first.")),
    (Call, "wisniewski", 48, None, _l("Zofia Wiśniewska: renewal of the service contract"), None, None),
    (Meeting, "nordvik", 78, 45, _l("Bottling line: answer their questions"), _l("On screen, 10:00 in Oslo"),
     _l("With Piotr Zieliński.")),
    (Visit, "galaktokomika", 213, 45, _l("Feta for the deli shelf"), "Καλάβρυτα", _l("1 h 10 min drive.")),
    (Visit, "ionio", 408, 60, _l("Yearly review"), "Ρίο", _l("14 orders since January.")),
)  # fmt: skip
#: (customer or nobody, task, days until it is due)
TODAY: Final = (
    ("elaiones", _l("Send the corrected quote, set B with the longer warranty"), -2),
    ("nordvik", _l("Ask for the VAT certificate"), 0),
    ("", _l("Book the demo room for Tuesday"), 0),
    ("kowalski", _l("Check stock of 5 l tins before the offer goes out"), 0),
)
#: (kind, staff, days ago, hour, minute, minutes long, subject, words) of Ελαιώνες.
STORY: Final = (
    (Call, "zofia", -5, 12, 31, 7, "Γιώργος Λάμπρου",
     _l("He confirms the price list changed on 1 November, we billed October’s.")),
    (Meeting, "eleni", -12, 11, 0, 60, _l("Frame contract 2027: volumes and terms"),
     _l("They want a fixed price until June.")),
    (Call, "piotr", -73, 10, 15, 4, "Δήμητρα Αναγνώστου", _l("Asked about the certificate for lot 26-114.")),
    (Visit, "eleni", -71, 9, 30, 90, _l("Look at the bottling hall"),
     _l("The second line is at its limit from October to January.")),
)  # fmt: skip
PINNED: Final = _l("Never call on Wednesdays, it’s their pressing day. Dimitra decides, Giorgos pays.")

Rows = dict[type[Activity], list[dict[str, Any]]]


class ActivitiesDemo(DemoPart):
    """What was said and done with customers, and what comes next."""

    def __init__(self, company: DemoCompany) -> None:
        super().__init__(company)
        self.rows: Rows = {}

    def write(self, customers: Sequence[DemoCustomer]) -> Sequence[DemoMatter]:
        """Write the history of customers and their next steps."""
        self.rows = {model: [] for model in (Note, Task, Call, Meeting, Visit)}
        by_key = {customer.key: customer for customer in customers if customer.key}
        if by_key:
            self._tell_story(by_key)
        for customer in customers:
            if customer.kind == "organisation":
                self._remember(customer)
        self._write()
        return ()

    def write_about(self, matters: Sequence[DemoMatter]) -> None:
        """Write what was said about deals, and their next steps."""
        self.rows = {model: [] for model in (Note, Task, Call, Meeting, Visit)}
        random = self.company.random
        for matter in matters:
            about = {"about_type": matter.record_type, "about_id": matter.id}
            until = matter.until or self.company.at(0, 0)
            if until > matter.since and random.random() < 0.5:
                self._contact(matter.customer, matter.owner_id, self.company.moment(matter.since, until), about)
            if matter.until is None and random.random() < NEXT_STEPS_OF_DEALS:
                self._plan(matter.customer, matter.owner_id, about)
        self._write()

    def _write(self) -> None:
        for model, rows in self.rows.items():
            self.company.insert(model, rows)

    def _add(self, model: type[Activity], owner: UUID | None, at: datetime, **values: Any) -> None:
        made = min(at, self.company.now)
        row = {"id": self.company.id_at(made), "created_at": made, "updated_at": made, "owner_id": owner, **values}
        self.rows[model].append(row)

    # History and next steps

    def _remember(self, customer: DemoCustomer) -> None:
        company, random = self.company, self.company.random
        usual = CONTACTS_OF[customer.importance] if customer.is_buyer else 0.7
        for _ in range(company.number(usual, 40)):
            # Lately there was more to say; and a third of the customers has been quiet for a while.
            quiet = timedelta(days=random.choice((0, 3, 9, 30, 60)))
            latest = max(company.at(0, 0) - quiet, customer.created_at)
            self._contact(customer, customer.owner_id, company.moment(customer.created_at, latest), {})
        if customer.is_buyer and not customer.key and random.random() < NEXT_STEPS * company.density:
            self._plan(customer, customer.owner_id, {})

    def _contact(self, customer: DemoCustomer, owner: UUID, at: datetime, about: Mapping[str, Any]) -> None:
        random = self.company.random
        model = random.choices(list(CONTACTS), list(CONTACTS.values()))[0]
        words = random.choice(_in(NOTES, customer))
        common = {"customer_id": customer.id, "body": words, **about}
        if model is Note:
            self._add(Note, owner, at, written_at=at, **common)
            return
        common |= {"starts_at": at, "done_at": at}
        if model is Call:
            outcome = random.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
            reached = outcome == "reached"
            self._add(
                Call, owner, at, **common | {"body": words if reached else None},
                subject=random.choice(_in(CALLS, customer)), direction="in" if random.random() < 0.25 else "out",
                outcome=outcome, duration_minutes=random.randrange(2, 24) if reached else None,
            )  # fmt: skip
            return
        ends = at + timedelta(minutes=random.choice((30, 45, 60, 90)))
        place = f"{customer.street}, {customer.city}" if model is Visit else None
        self._add(model, owner, at, **common, subject=random.choice(_in(VISITS, customer)), ends_at=ends, place=place)

    def _plan(self, customer: DemoCustomer, owner: UUID, about: Mapping[str, Any]) -> None:
        company, random = self.company, self.company.random
        days = int(random.triangular(1, 34, 4))
        at = company.at(days, random.randrange(9, 17), random.choice((0, 15, 30, 45)))
        at += timedelta(days=max(at.weekday() - 4, 0) and 7 - at.weekday())
        model = random.choices((Task, Call, Visit), (45, 35, 20))[0]
        common = {"customer_id": customer.id, **about}
        if model is Task:
            title = random.choice(_in(TASKS, customer))
            self._add(Task, owner, company.at(-1, 16), title=title, due_on=at.date(), **common)
            return
        subject = random.choice(_in(CALLS if model is Call else VISITS, customer))
        values: dict[str, Any] = {"subject": subject, "starts_at": at, **common}
        if model is Visit:
            values |= {"ends_at": at + timedelta(hours=1), "place": f"{customer.street}, {customer.city}"}
        self._add(model, owner, company.at(-1, 16), **values)

    # Today

    def _tell_story(self, by_key: Mapping[str, DemoCustomer]) -> None:
        company, eleni = self.company, self.company.staff["eleni"]
        for agenda in AGENDA:
            if agenda[1] in by_key:
                self._appoint(eleni, by_key[agenda[1]], *agenda)
        for key, title, days in TODAY:
            due = company.today + timedelta(days=days)
            customer = by_key.get(key)
            if customer is not None or not key:
                about = {"customer_id": customer.id if customer else None}
                self._add(Task, eleni, company.at(-4, 16), title=str(title), due_on=due, **about)
        elaiones = by_key.get("elaiones")
        if elaiones is None:
            return
        pinned = company.at(-262, 17)
        self._add(Note, eleni, pinned, customer_id=elaiones.id, written_at=pinned, body=str(PINNED), pinned=True)
        for model, staff, days, hour, minute, length, subject, words in STORY:
            at = company.at(days, hour, minute)
            values = {"subject": str(subject), "body": str(words), "starts_at": at, "done_at": at}
            called = {"duration_minutes": length, "outcome": "reached"}
            values |= called if model is Call else {"ends_at": _after(at, length)}
            self._add(model, company.staff[staff], at, customer_id=elaiones.id, **values)

    def _appoint(
        self, owner: UUID, customer: DemoCustomer, model: type[Activity], _key: str, minutes: int, length: int | None,
        subject: str, place: str | None, words: str | None,
    ) -> None:  # fmt: skip
        starts = self._anchor() + timedelta(minutes=minutes)
        is_done = starts < self.company.now - timedelta(minutes=30)
        values: dict[str, Any] = {
            "subject": str(subject),
            "starts_at": starts,
            "done_at": starts if is_done else None,
            "body": words and str(words),
        }
        if model is Call:
            values |= {"duration_minutes": length, "outcome": "reached"} if is_done else {"body": None}
        else:
            values |= {"ends_at": _after(starts, length or 60), "place": place and str(place)}
        self._add(model, owner, self.company.at(-3, 15, 30), customer_id=customer.id, **values)

    def _anchor(self) -> datetime:
        """Give the moment in the working day that is closest to now, on a minute that ends in 2 or 7."""
        local = self.company.now.astimezone(self.company.zone)
        earliest, latest = (datetime.combine(local.date(), at, self.company.zone) for at in (MORNING, NOON))
        anchor = min(max(local, earliest), latest)
        return anchor.replace(minute=anchor.minute // 5 * 5 + 2, second=0, microsecond=0).astimezone(UTC)


def _in(words: Mapping[str, Sequence[str]], customer: DemoCustomer) -> Sequence[str]:
    return words.get(customer.language, words["en"])


def _after(moment: datetime, minutes: int) -> datetime:
    return moment + timedelta(minutes=minutes)
