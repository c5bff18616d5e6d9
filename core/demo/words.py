"""Invented names for the demo company's world: places, people and firms, country by country."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Place:
    """A town.

    Attributes:
        name: as its people write it.
        of: how a firm's name says that it is from there.
        postcode: the code's beginning, `#` for a digit.
        phone: a telephone number there in E.164, `#` for a digit.
        weight: how many of the country's firms are there, against other towns.
    """

    name: str
    of: str
    postcode: str
    phone: str
    weight: int = 1


@dataclass(frozen=True)
class Land:
    """A country of the demo's customers.

    Attributes:
        code: ISO 3166-1 alpha-2.
        language, currency: in which the company deals with them.
        weight: how many customers are from there, against other countries.
        places, streets: where they are.
        women, men: given names; families: family names for men and for women.
        firms: patterns of firms' names, with {trade}, {family}, {of}, {word} and {form}.
        trades: trade and industry; words: what firms like to be called; forms: legal forms.
        mobile: a mobile number in E.164, `#` for a digit.
    """

    code: str
    language: str
    currency: str
    weight: int
    places: Sequence[Place]
    streets: Sequence[str]
    women: Sequence[str]
    men: Sequence[str]
    families: Sequence[tuple[str, str]]
    firms: Sequence[str]
    trades: Sequence[tuple[str, str]]
    words: Sequence[str]
    forms: Sequence[str]
    mobile: str


def _same(names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, name) for name in names.split())


GREEK_FAMILIES: Final = (
    ("Αναγνώστου", "Αναγνώστου"), ("Λάμπρου", "Λάμπρου"), ("Σταθόπουλος", "Σταθοπούλου"), ("Μαυρίδης", "Μαυρίδη"),
    ("Δημητρόπουλος", "Δημητροπούλου"), ("Παναγιωτόπουλος", "Παναγιωτοπούλου"), ("Καραγιάννης", "Καραγιάννη"),
    ("Βλάχος", "Βλάχου"), ("Οικονόμου", "Οικονόμου"), ("Αλεξίου", "Αλεξίου"), ("Ραφτόπουλος", "Ραφτοπούλου"),
    ("Κανελλόπουλος", "Κανελλοπούλου"), ("Ζαφείρης", "Ζαφείρη"), ("Μελισσηνός", "Μελισσηνού"), ("Τζανής", "Τζανή"),
    ("Κουρής", "Κουρή"), ("Φωτόπουλος", "Φωτοπούλου"), ("Λιακόπουλος", "Λιακοπούλου"), ("Δρόσος", "Δρόσου"),
    ("Χαραλάμπους", "Χαραλάμπους"), ("Μπακάλης", "Μπακάλη"), ("Σωτηρίου", "Σωτηρίου"), ("Κοντός", "Κοντού"),
    ("Γεωργίου", "Γεωργίου"), ("Θεοδώρου", "Θεοδώρου"), ("Πετρίδης", "Πετρίδη"), ("Μανωλάκος", "Μανωλάκου"),
    ("Τσίρκας", "Τσίρκα"), ("Βασιλάκης", "Βασιλάκη"), ("Ντάνος", "Ντάνου"),
)  # fmt: skip

GREEK_WORDS: Final = (
    "Αχαΐς", "Ιόνιο", "Παναχαϊκό", "Ελιά", "Άμπελος", "Πηνελόπη", "Γαλήνη", "Ευρώτας", "Δίρφυς", "Αλκυόνη", "Λητώ",
    "Ποσειδών", "Θέρμη", "Ωρίων", "Μέντα", "Ναϊάδες", "Φάρος", "Πέλαγος", "Ρόδι", "Κεραμεύς",
)  # fmt: skip

GREEK_STREETS: Final = (
    "Μαιζώνος", "Κορίνθου", "Αγίου Ανδρέου", "Ρήγα Φεραίου", "Κανακάρη", "Γούναρη", "Ερμού", "Ακτή Δυμαίων",
    "Αθηνών", "Ελευθερίου Βενιζέλου", "Παπαδιαμάντη", "Σολωμού", "Φιλοποίμενος", "Μεσολογγίου", "Νόρμαν", "Λόντου",
)  # fmt: skip

GREECE: Final = Land(
    code="GR",
    language="el",
    currency="EUR",
    weight=54,
    places=(
        Place("Πάτρα", "Πατρών", "26# ##", "+302610######", 24), Place("Αίγιο", "Αιγίου", "251 0#", "+3026910#####", 7),
        Place("Ρίο", "Ρίου", "265 04", "+302610######", 4),
        Place("Καλάβρυτα", "Καλαβρύτων", "250 01", "+3026920#####", 2),
        Place("Πύργος", "Πύργου", "271 3#", "+3026210#####", 5),
        Place("Ναύπακτος", "Ναυπάκτου", "303 00", "+3026340#####", 3),
        Place("Μεσολόγγι", "Μεσολογγίου", "302 00", "+3026310#####", 3),
        Place("Αγρίνιο", "Αγρινίου", "301 3#", "+3026410#####", 5),
        Place("Κόρινθος", "Κορίνθου", "201 3#", "+3027410#####", 4),
        Place("Τρίπολη", "Τριπόλεως", "221 3#", "+302710######", 3),
        Place("Καλαμάτα", "Καλαμάτας", "241 3#", "+3027210#####", 5),
        Place("Ζάκυνθος", "Ζακύνθου", "291 0#", "+3026950#####", 3),
        Place("Αργοστόλι", "Κεφαλληνίας", "281 0#", "+3026710#####", 2),
        Place("Αθήνα", "Αθηνών", "10# ##", "+302103######", 16),
        Place("Θεσσαλονίκη", "Θεσσαλονίκης", "54# ##", "+302310######", 9),
        Place("Λάρισα", "Λαρίσης", "41# ##", "+302410######", 3),
        Place("Ιωάννινα", "Ηπείρου", "45# ##", "+3026510#####", 4),
        Place("Ηράκλειο", "Κρήτης", "71# ##", "+302810######", 5),
    ),
    streets=GREEK_STREETS,
    women=("Δήμητρα", "Ελένη", "Σοφία", "Κατερίνα", "Άννα", "Βασιλική", "Γεωργία", "Ιωάννα", "Μαρίνα", "Χριστίνα",
           "Αγγελική", "Δέσποινα", "Ευαγγελία", "Φωτεινή", "Παρασκευή", "Θάλεια"),
    men=("Γιώργος", "Νίκος", "Κώστας", "Δημήτρης", "Παναγιώτης", "Θανάσης", "Ανδρέας", "Σπύρος", "Χρήστος", "Μιχάλης",
         "Βαγγέλης", "Στέλιος", "Αντώνης", "Πέτρος", "Λευτέρης", "Ηλίας"),
    families=GREEK_FAMILIES,
    firms=("{trade} {of} {form}", "{trade} {of} {form}", "{trade} {family}", "{trade} «{word}» {form}",
           "{family} & Υιοί Ο.Ε.", "{trade} «{word}» {of}", "{trade} {family} {form}"),
    trades=(("Ελαιοτριβεία", "Olive oil"), ("Ελαιώνες", "Olive oil"), ("Οινοποιείο", "Wine"), ("Τυροκομικά", "Dairy"),
            ("Γαλακτοκομικά", "Dairy"), ("Αρτοποιία", "Bakery"), ("Ζαχαροπλαστική", "Bakery"), ("Ξενοδοχεία", "Hotels"),
            ("Εστιατόρια", "Restaurants"), ("Ιχθυοκαλλιέργειες", "Fish"), ("Σούπερ Μάρκετ", "Retail"),
            ("Παντοπωλεία", "Retail"), ("Φαρμακαποθήκη", "Pharmacy"), ("Μεταφορική", "Transport"),
            ("Χαρτικά", "Packaging"), ("Πλαστικά", "Packaging"), ("Βιολογικά", "Organic food"),
            ("Εσπεριδοειδή", "Fruit"),
            ("Σταφίδες", "Fruit"), ("Κλινική", "Health"), ("Κέτερινγκ", "Restaurants"), ("Ψυγεία", "Cold storage")),
    words=GREEK_WORDS,
    forms=("Α.Ε.", "Α.Ε.", "Ε.Π.Ε.", "Ι.Κ.Ε.", "Ο.Ε.", "Ε.Ε."),
    mobile="+30697#######",
)  # fmt: skip

CYPRUS: Final = Land(
    code="CY",
    language="el",
    currency="EUR",
    weight=4,
    places=(
        Place("Λευκωσία", "Λευκωσίας", "10##", "+35722######", 3),
        Place("Λεμεσός", "Λεμεσού", "30##", "+35725######", 3),
        Place("Λάρνακα", "Λάρνακας", "60##", "+35724######", 2),
    ),
    streets=("Μακαρίου Γ΄", "Ανεξαρτησίας", "Αγίας Φυλάξεως", "Στασίνου", "Γρίβα Διγενή"),
    women=GREECE.women,
    men=GREECE.men,
    families=GREEK_FAMILIES,
    firms=("{trade} {of} Λτδ", "{trade} «{word}» Λτδ", "{family} Trading Ltd"),
    trades=(("Υπεραγορά", "Retail"), ("Ξενοδοχεία", "Hotels"), ("Αρτοποιεία", "Bakery"), ("Εισαγωγές", "Wholesale")),
    words=GREEK_WORDS,
    forms=("Λτδ",),
    mobile="+35799######",
)  # fmt: skip

POLAND: Final = Land(
    code="PL",
    language="pl",
    currency="PLN",
    weight=24,
    places=(
        Place("Łódź", "Łódź", "9#-###", "+4842#######", 6), Place("Poznań", "Poznań", "6#-###", "+4861#######", 5),
        Place("Warszawa", "Warszawa", "0#-###", "+4822#######", 8),
        Place("Kraków", "Kraków", "3#-###", "+4812#######", 5),
        Place("Gdańsk", "Pomorze", "8#-###", "+4858#######", 4),
        Place("Wrocław", "Wrocław", "5#-###", "+4871#######", 4),
        Place("Katowice", "Śląsk", "4#-###", "+4832#######", 4), Place("Lublin", "Lublin", "2#-###", "+4881#######", 2),
        Place("Szczecin", "Szczecin", "7#-###", "+4891#######", 2),
        Place("Toruń", "Toruń", "8#-###", "+4856#######", 2),
        Place("Rzeszów", "Podkarpacie", "3#-###", "+4817#######", 2),
    ),
    streets=("ul. Piotrkowska", "ul. Długa", "ul. Młyńska", "ul. Słowackiego", "ul. Żeromskiego", "al. Kościuszki",
             "ul. Święty Marcin", "ul. Ogrodowa", "ul. Grunwaldzka", "ul. Łąkowa"),
    women=("Zofia", "Katarzyna", "Małgorzata", "Agnieszka", "Joanna", "Grażyna", "Sylwia", "Elżbieta", "Łucja",
           "Danuta"),
    men=("Piotr", "Paweł", "Michał", "Łukasz", "Tomasz", "Krzysztof", "Andrzej", "Stanisław", "Rafał", "Mirosław"),
    families=(("Kowalczyk", "Kowalczyk"), ("Wiśniewski", "Wiśniewska"), ("Zieliński", "Zielińska"), ("Wrona", "Wrona"),
              ("Łukasik", "Łukasik"), ("Dąbek", "Dąbek"), ("Żurawski", "Żurawska"), ("Górecki", "Górecka"),
              ("Śliwa", "Śliwa"), ("Maślanka", "Maślanka"), ("Czerwiński", "Czerwińska"), ("Gołąb", "Gołąb"),
              ("Piekarski", "Piekarska"), ("Wójcicki", "Wójcicka"), ("Jałowiec", "Jałowiec"),
              ("Brzeziński", "Brzezińska")),
    firms=("{trade} {family} {form}", "{trade} „{word}” {form}", "{trade} {of} {form}", "{family} i Synowie sp.j.",
           "P.P.H.U. {family}"),
    trades=(("Hurtownia", "Wholesale"), ("Zakłady Mięsne", "Meat"), ("Piekarnia", "Bakery"), ("Sklepy", "Retail"),
            ("Delikatesy", "Retail"), ("Mleczarnia", "Dairy"), ("Restauracje", "Restaurants"),
            ("Przetwory", "Organic food"),
            ("Opakowania", "Packaging"), ("Chłodnie", "Cold storage"), ("Hotele", "Hotels"),
            ("Kawiarnie", "Restaurants")),
    words=("Zielona Spiżarnia", "Złoty Kłos", "Pod Lipą", "U Grażyny", "Śródziemie", "Oliwka", "Jagoda", "Bałtyk",
           "Miód",
           "Żuraw", "Słoneczna", "Dębowa"),
    forms=("sp. z o.o.", "sp. z o.o.", "S.A.", "sp.j.", "sp.k."),
    mobile="+48601######",
)  # fmt: skip

GERMANY: Final = Land(
    code="DE",
    language="de",
    currency="EUR",
    weight=8,
    places=(
        Place("Hamburg", "Hamburg", "20###", "+49403######", 2),
        Place("München", "München", "80###", "+49893######", 3),
        Place("Köln", "Köln", "50###", "+492213#####", 2), Place("Berlin", "Berlin", "10###", "+49303######", 3),
    ),
    streets=("Lindenstraße", "Am Markt", "Hafenweg", "Gartenstraße", "Mühlenweg", "Brückenstraße"),
    women=("Anke", "Birgit", "Lena", "Sabine", "Ulrike", "Jana"),
    men=("Jürgen", "Stefan", "Matthias", "Björn", "Lukas", "Uwe"),
    families=_same("Brandt Lübke Hagemann Ostertag Süßmann Kröger Vollmer Weidlich Thalmann Jäger"),
    firms=("{family} {trade} {form}", "{word} {trade} {form}", "{trade} {of} {form}"),
    trades=(("Feinkost", "Wholesale"), ("Handel", "Wholesale"), ("Bioladen", "Organic food"), ("Hotels", "Hotels"),
            ("Großküchen", "Restaurants"), ("Verpackungen", "Packaging")),
    words=("Mediolea", "Nordlicht", "Oliva", "Rosmarin", "Südhang", "Kornblume"),
    forms=("GmbH", "GmbH & Co. KG", "AG", "KG"),
    mobile="+4915112######",
)  # fmt: skip

ITALY: Final = Land(
    code="IT",
    language="it",
    currency="EUR",
    weight=4,
    places=(Place("Bari", "Bari", "701##", "+39080######", 2), Place("Ancona", "Ancona", "601##", "+39071######", 1)),
    streets=("Via Garibaldi", "Corso Cavour", "Via Roma", "Via del Porto"),
    women=("Chiara", "Lucia", "Elisa", "Paola"),
    men=("Matteo", "Luca", "Nicolò", "Davide"),
    families=_same("Ferrante Loiacono Marchesi Pugliese Santoro Bellomo"),
    firms=("{trade} {family} {form}", "{trade} {of} {form}", "{trade} {word} {form}"),
    trades=(("Frantoio", "Olive oil"), ("Alimentari", "Wholesale"), ("Alberghi", "Hotels"),
            ("Conserve", "Organic food")),
    words=("Adriatica", "del Sole", "Levante", "Murgia"),
    forms=("S.r.l.", "S.p.A.", "S.a.s."),
    mobile="+39347#######",
)  # fmt: skip

AUSTRIA: Final = Land(
    code="AT",
    language="de",
    currency="EUR",
    weight=2,
    places=(Place("Wien", "Wien", "10#0", "+4315######", 2), Place("Graz", "Graz", "80#0", "+43316######", 1)),
    streets=("Ringstraße", "Kirchengasse", "Mühlgasse"),
    women=GERMANY.women,
    men=GERMANY.men,
    families=_same("Huber Wimmer Steinbacher Lechner Pichler"),
    firms=("{family} {trade} {form}", "{trade} {of} {form}"),
    trades=(("Feinkost", "Wholesale"), ("Gastronomie", "Restaurants"), ("Bio", "Organic food")),
    words=("Alpenblick", "Enzian"),
    forms=("GmbH", "KG"),
    mobile="+43664#######",
)  # fmt: skip

CZECHIA: Final = Land(
    code="CZ",
    language="cs",
    currency="EUR",
    weight=2,
    places=(Place("Praha", "Praha", "1## 00", "+4202########", 2), Place("Brno", "Brno", "6## 00", "+420541######", 1)),
    streets=("Dlouhá", "Husova", "Nádražní", "Zahradní"),
    women=("Lenka", "Šárka", "Jitka", "Tereza"),
    men=("Jiří", "Ondřej", "Zdeněk", "Tomáš"),
    families=(("Dvořáček", "Dvořáčková"), ("Hruška", "Hrušková"), ("Šťastný", "Šťastná"), ("Kříž", "Křížová")),
    firms=("{trade} {family} {form}", "{trade} {of} {form}"),
    trades=(("Velkoobchod", "Wholesale"), ("Lahůdky", "Retail"), ("Pekárna", "Bakery")),
    words=("Jižní svah", "Oliva"),
    forms=("s.r.o.", "a.s."),
    mobile="+420602######",
)  # fmt: skip

NORWAY: Final = Land(
    code="NO",
    language="no",
    currency="EUR",
    weight=2,
    places=(Place("Oslo", "Oslo", "01##", "+4722######", 2), Place("Bergen", "Bergen", "50##", "+4755######", 1)),
    streets=("Storgata", "Havnegata", "Kirkeveien"),
    women=("Ingrid", "Solveig", "Åse"),
    men=("Håkon", "Bjørn", "Øyvind"),
    families=_same("Nordvik Haugen Sæther Brekke Lunde"),
    firms=("{family} {trade} {form}", "{trade} {of} {form}"),
    trades=(("Foods", "Wholesale"), ("Fisk", "Fish"), ("Handel", "Retail")),
    words=("Fjord", "Nordlys"),
    forms=("AS",),
    mobile="+47912#####",
)  # fmt: skip

LANDS: Final[Mapping[str, Land]] = {
    land.code: land for land in (GREECE, CYPRUS, POLAND, GERMANY, ITALY, AUSTRIA, CZECHIA, NORWAY)
}

#: What people do where they work.
JOB_TITLES: Final = (
    "Purchasing, decides", "Purchasing", "Accounts", "Owner", "Managing director", "Quality", "Warehouse",
    "Kitchen chef",
    "Marketing", "Technical manager", "Assistant to the management", "Store manager",
)  # fmt: skip

#: Tags, and on how many of a hundred customers each is found.
TAGS: Final[Mapping[str, int]] = {
    "HoReCa": 16, "organic": 9, "newsletter": 22, "pays late": 6, "island": 4, "cold chain": 7, "private label": 5,
    "samples sent": 8,
}  # fmt: skip
