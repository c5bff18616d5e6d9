"""The customers that the demo tells stories about; plugins know them by their keys."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Featured:
    """A customer with a story.

    Attributes:
        key: how the stories name it.
        name, country, city, street, postcode, industry: as on its page.
        phone: E.164.
        owner: the key of the member of staff who looks after it.
        roles: what it is to the company.
        since: the year from which it is a customer; None for a prospect.
        importance: 1 (small) to 5 (large).
        people: (given name, family name, job) of those who work there.
        parent: the key of the customer that it belongs to.
        relations: (kind, key) of what it is to other featured customers.
        note: what somebody wrote about it.
    """

    key: str
    name: str
    country: str
    city: str
    street: str
    postcode: str
    industry: str
    phone: str
    owner: str = "eleni"
    roles: tuple[str, ...] = ("customer",)
    since: int | None = 2021
    importance: int = 3
    people: tuple[tuple[str, str, str], ...] = ()
    parent: str = ""
    relations: tuple[tuple[str, str], ...] = ()
    note: str = ""


FEATURED: Final = (
    Featured(
        "elaiones", "Ελαιώνες Πελοποννήσου Α.Ε.", "GR", "Πάτρα", "Μαιζώνος 84", "262 21", "Olive oil", "+302610437221",
        roles=("customer", "distributor", "key_account"), since=2019, importance=5,
        people=(("Δήμητρα", "Αναγνώστου", "Purchasing, decides"), ("Γιώργος", "Λάμπρου", "Accounts"),
                ("Sylwia", "Wrona", "Quality, speaks Polish")),
        relations=(("supplies", "kowalski"),),
        note="Two mills, one bottling hall. Their harvest decides our December.",
    ),
    Featured(
        "elaiotriveia", "Ελαιοτριβεία Αχαΐας Α.Ε.", "GR", "Αίγιο", "Κορίνθου 12", "251 00", "Olive oil",
        "+302691041180",
        since=2020, importance=2, people=(("Σπύρος", "Ραφτόπουλος", "Technical manager"),), parent="elaiones",
    ),
    Featured(
        "kowalski", "Hurtownia Kowalski sp. z o.o.", "PL", "Łódź", "ul. Piotrkowska 214", "90-369", "Wholesale",
        "+48426351870", owner="zofia", since=2022, importance=4,
        people=(("Marek", "Kowalski", "Owner"), ("Łucja", "Dąbek", "Warehouse")),
    ),
    Featured(
        "wisniewski", "Zakłady Mięsne Wiśniewski S.A.", "PL", "Łódź", "ul. Łąkowa 7", "90-562", "Meat", "+48426114525",
        owner="piotr", roles=("customer", "key_account"), since=2021, importance=5,
        people=(("Zofia", "Wiśniewska", "Managing director"), ("Rafał", "Gołąb", "Purchasing")),
    ),
    Featured(
        "nordvik", "Nordvik Foods AS", "NO", "Oslo", "Havnegata 3", "0150", "Wholesale", "+4722417733", since=2023,
        importance=5, people=(("Ingrid", "Sæther", "Purchasing, decides"), ("Håkon", "Nordvik", "Managing director")),
        roles=("customer", "key_account"),
    ),
    Featured(
        "galaktokomika", "Γαλακτοκομικά Καλαβρύτων Ο.Ε.", "GR", "Καλάβρυτα", "25ης Μαρτίου 9", "250 01", "Dairy",
        "+302692023310", people=(("Φωτεινή", "Ζαφείρη", "Owner"),),
    ),
    Featured(
        "ionio", "Ξενοδοχεία Ιονίου Α.Ε.", "GR", "Ρίο", "Ακτή Ρίου 40", "265 04", "Hotels", "+302610991420", since=2020,
        importance=4, people=(("Μαρίνα", "Αλεξίου", "Purchasing, decides"), ("Στέλιος", "Κοντός", "Kitchen chef")),
    ),
    Featured(
        "zielona", "Sklepy Zielona Spiżarnia sp. z o.o.", "PL", "Poznań", "ul. Ogrodowa 18", "61-821", "Retail",
        "+48618524410", owner="piotr", since=2024, importance=4, people=(("Agnieszka", "Śliwa",
        "Purchasing, decides"),),
    ),
    Featured(
        "mediolea", "Mediolea Oils GmbH", "DE", "Hamburg", "Hafenweg 21", "20457", "Wholesale", "+49403074410",
        owner="piotr", roles=("customer", "distributor"), since=2022, importance=4,
        people=(("Birgit", "Lübke", "Purchasing, decides"), ("Jürgen", "Weidlich", "Accounts")),
    ),
    Featured(
        "panachaiko", "Οινοποιείο Παναχαϊκό Α.Ε.", "GR", "Πάτρα", "Ακτή Δυμαίων 55", "262 22", "Wine", "+302610338871",
        importance=4, people=(("Θάλεια", "Μελισσηνού", "Managing director"), ("Πέτρος", "Δρόσος", "Technical manager")),
    ),
    Featured(
        "ionian", "Ionian Packaging Ltd", "GR", "Πάτρα", "Νόρμαν 14", "262 23", "Packaging", "+302610422930",
        owner="zofia", roles=("customer", "supplier"), people=(("Άννα", "Πετρίδη", "Purchasing"),),
    ),
    Featured(
        "pharma", "Φαρμακαποθήκη Δυτικής Ελλάδος Α.Ε.", "GR", "Πάτρα", "Γούναρη 101", "262 25", "Pharmacy",
        "+302610361204", importance=4, people=(("Κώστας", "Οικονόμου", "Purchasing"), ("Ιωάννα", "Βλάχου", "Accounts")),
    ),
    Featured(
        "galini", "Κλινική «Γαλήνη» Πατρών", "GR", "Πάτρα", "Ελευθερίου Βενιζέλου 88", "264 42", "Health",
        "+302610455730", owner="nikos", roles=("prospect",), since=None, importance=5,
        people=(("Βασιλική", "Σωτηρίου", "Purchasing"),),
    ),
    Featured(
        "ichthyo", "Ιχθυοκαλλιέργειες Κορινθιακού Α.Ε.", "GR", "Αίγιο", "Παραλία Βαλιμίτικων", "251 00", "Fish",
        "+302691071300", importance=4, people=(("Αντώνης", "Τζανής", "Managing director"),),
    ),
    Featured(
        "chartika", "Χαρτικά Παναχαϊκή Α.Β.Ε.Ε.", "GR", "Πάτρα", "Αγίου Ανδρέου 130", "262 22", "Packaging",
        "+302610277415", people=(("Ευαγγελία", "Κουρή", "Accounts"),),
    ),
    Featured(
        "metaforiki", "Μεταφορική Κορινθιακού Ε.Ε.", "GR", "Αίγιο", "Αθηνών 3", "251 00", "Transport", "+302691028844",
        owner="zofia", importance=1,
    ),
    Featured(
        "nafpigeia", "Ναυπηγεία Ρίου Α.Ε.", "GR", "Ρίο", "Λιμένας Ρίου", "265 04", "Shipyard", "+302610992815",
        importance=3, people=(("Λευτέρης", "Θεοδώρου", "Technical manager"),),
    ),
    Featured(
        "viologika", "Βιολογικά Αχαΐας Ι.Κ.Ε.", "GR", "Αίγιο", "Μεσολογγίου 31", "251 00", "Organic food",
        "+302691060552", people=(("Παρασκευή", "Λιακοπούλου", "Owner"),),
    ),
    Featured(
        "artopoiia", "Αρτοποιία Σταθόπουλος", "GR", "Πάτρα", "Κανακάρη 166", "262 22", "Bakery", "+302610318740",
        importance=2, people=(("Παναγιώτης", "Σταθόπουλος", "Owner"),),
    ),
    Featured(
        "supermarket", "Super Market Δημητρόπουλος", "GR", "Πάτρα", "Λόντου 59", "262 21", "Retail", "+302610225190",
        people=(("Χρήστος", "Δημητρόπουλος", "Owner"), ("Γεωργία", "Φωτοπούλου", "Store manager")),
    ),
    Featured(
        "psyxi", "Γενική Ψύξη Παναγιωτόπουλος", "GR", "Πάτρα", "Παπαδιαμάντη 8", "262 25", "Cold storage",
        "+302610526601", owner="nikos", importance=2,
    ),
    Featured(
        "tyrokomeio", "Τυροκομείο Καλαβρύτων Ε.Π.Ε.", "GR", "Καλάβρυτα", "Αγίου Αλεξίου 4", "250 01", "Dairy",
        "+302692022170", roles=("customer", "supplier"),
    ),
    Featured(
        "kowalczyk", "Kowalczyk i Synowie, sp.j.", "PL", "Kraków", "ul. Długa 41", "31-146", "Retail", "+48124221903",
        owner="kasia", importance=2, people=(("Stanisław", "Kowalczyk", "Owner"),),
    ),
)  # fmt: skip
