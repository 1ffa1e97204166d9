"""The words that the shop's data are made of; companies, people and products are invented."""

from __future__ import annotations

from typing import NamedTuple


class Office(NamedTuple):
    """A sales office."""

    city: str
    phone: str
    address: str
    address_2: str | None
    state: str | None
    country: str
    postal_code: str
    territory: str


class City(NamedTuple):
    """A city with customers; in a postal code # is any digit."""

    country: str
    city: str
    state: str | None
    postal_code: str | None
    phone: str
    street: str
    territory: str


OFFICES = (
    Office("Oakland", "+1 510 555 0140", "12 Harbor Street", "Suite 300", "CA", "USA", "94607", "NA"),
    Office("Providence", "+1 401 555 0182", "88 Wharf Road", None, "RI", "USA", "02903", "NA"),
    Office("Newark", "+1 973 555 0117", "401 Market Street", "apt. 5A", "NJ", "USA", "07102", "NA"),
    Office("Lyon", "+33 4 55 50 17 20", "7, rue de l'Échelle", None, None, "France", "69002", "EMEA"),
    Office("Osaka", "+81 6 5550 0124", "3-4 Kitahama", None, "Chuo-ku", "Japan", "541-0041", "Japan"),
    Office("Brisbane", "+61 7 5550 0163", "9 Creek Street", "Level #2", None, "Australia", "4000", "APAC"),
    Office("Leeds", "+44 113 555 0195", "25 Aire Yard", "Floor No. 7", None, "UK", "LS1 4DY", "EMEA"),
)

# Title, place of the office in OFFICES, place of the superior in this list.
STAFF: tuple[tuple[str, int, int | None], ...] = (
    ("President", 0, None),
    ("VP Sales", 0, 0),
    ("VP Marketing", 0, 0),
    ("Sales Manager (NA)", 0, 1),
    ("Sales Manager (EMEA)", 3, 1),
    ("Sales Manager (APAC)", 5, 1),
    *(("Sales Rep", office, 3) for office in (0, 0, 1, 1, 2, 2)),
    *(("Sales Rep", office, 4) for office in (3, 3, 3, 3, 6, 6)),
    *(("Sales Rep", office, 5) for office in (5, 5, 5, 4, 4)),
)

CITIES = (
    City("USA", "Portland", "OR", "972##", "503555####", "Alder Street", "NA"),
    City("USA", "Tucson", "AZ", "857##", "520555####", "Ocotillo Drive", "NA"),
    City("USA", "Boise", "ID", "837##", "208555####", "Grove St.", "NA"),
    City("USA", "Savannah", "GA", "314##", "912555####", "Bull Street", "NA"),
    City("USA", "Duluth", "MN", "558##", "218555####", "Superior Street", "NA"),
    City("Canada", "Québec", "Québec", "G1R 2B#", "(418) 555-####", "rue Saint-Jean", "NA"),
    City("Canada", "St. John's", "NL", "A1C 5M#", "(709) 555-####", "Water Street", "NA"),
    City("France", "Nîmes", None, "300##", "04.66.55.##.##", "rue de l'Aspic", "EMEA"),
    City("France", "Orléans", None, "450##", "02.38.55.##.##", "place d'Arc", "EMEA"),
    City("France", "Brest", None, "292##", "02.98.55.##.##", "quai Éric-Tabarly", "EMEA"),
    City("Germany", "Köln", None, "506##", "0221-555####", "Große Witschgasse", "EMEA"),
    City("Germany", "Düsseldorf", None, "402##", "0211-555####", "Kölner Straße", "EMEA"),
    City("Spain", "A Coruña", None, "150##", "(981) 555 ###", "Rúa da Torre", "EMEA"),
    City("Spain", "Málaga", None, "290##", "(952) 555 ###", "Calle Larios", "EMEA"),
    City("Italy", "L'Aquila", None, "671##", "0862-555###", "Via dell'Arcivescovado", "EMEA"),
    City("Switzerland", "Zürich", None, "80##", "044 555 ## ##", "Rämistrasse", "EMEA"),
    City("Norway  ", "Tromsø", None, "90##", "+47 5550 ####", "Storgata", "EMEA"),
    City("Norway", "Ålesund", None, "60##", "+47 5550 ####", "Kongens gate", "EMEA"),
    City("Ireland", "Dún Laoghaire", "Co. Dublin", None, "+353 1 555 ####", "George's Street", "EMEA"),
    City("UK", "Bury St Edmunds", "Suffolk", "IP33 #AA", "(01284) 555####", "Abbeygate St.", "EMEA"),
    City("Poland", "Łódź", None, "90-###", "(42) 555-####", "ul. Piotrkowska", "EMEA"),
    City("Japan", "Kōbe", "Hyōgo", "650-00##", "+81 78 555 ####", "Sannomiya", "Japan"),
    City("Japan", "Nara", None, "630-82##", "+81 742 55 ####", "Sanjo-dori", "Japan"),
    City("Australia", "Geelong", "Victoria", "32##", "03 5550 ####", "Moorabool Street", "APAC"),
    City("Australia", "Cairns", "Queensland", "48##", "07 5550 ####", "Lake Street", "APAC"),
    City("New Zealand", "Whangārei", None, "01##", "+64 9 555 ####", "Bank Street", "APAC"),
    City("Singapore", "Singapore", None, "0####", "+65 555 ####", "Bukit Timah Rd.", "APAC"),
    City("Hong Kong", "Kowloon", None, None, "+852 5550 ####", "Nathan Rd.", "APAC"),
)

FIRST_NAMES = (
    "Anaïs", "Björn", "Carla", "Dariusz", "Eilís", "Fumiko", "Gaël", "Hanne", "Iñaki", "Jürgen", "Kiri",
    "Łucja", "Maeve", "Nuno", "Oona", "Pádraig", "Rosa ", "Søren", "Tomás", "Ursula", "Veit", "Wendy",
    "Yuki", "Zoë", "Brianna", "Caleb", "Denise", "Marcus",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Brønstad", "Castaño", "D'Angelo", "Echeverría", "Fournier", "Göbel", "Hashimoto", "Ibarra",
    "Jørgensen", "Kowalczyk", "Lefèvre", "Müller", "Nakagawa", "O'Sullivan", "Pérez ", "Quinn", "Rossi",
    "Sjöberg", "Tanaka", "Ueda", "van 't Hoff", "Whitcombe", "Yates", "Żak", "St. Clair",
)  # fmt: skip

COMPANY_STEMS = (
    "Amber Lane", "Boîte à Modèles", "Côte d'Opale", "Dampf & Dampf", "Euro Miniature", "Fjord Hobby",
    "Giant's Attic", "Harbour Light", "Iron Horse", "Juguetes Peña", "Kleine Welt", "L'Atelier Réduit",
    "Mini Monza", "Northern Star", "O'Hara's", "Petit Garage", "Quayside", "Red Barn", "Små Skatter",
    "Tiny Wheels", "Under Glass", "Vitrine", "Wee Works", "Żagiel",
)  # fmt: skip
COMPANY_KINDS = (
    "Collectables", "Gifts Ltd.", "Imports, Inc.", "& Co.", "Toys", "Models", "Distribution", "Hobby Shop",
    "S.A.", "GmbH", "AS", "Trading",
)  # fmt: skip

VENDORS = (
    "Brass & Balsa Works", "Carousel Die-Cast Co.", "Delta Studio Models", "Fine Line Foundry",
    "Gearbox Guild", "Halfpenny Miniatures", "Monza Scale Replicas", "Old Quay Modelmakers",
    "Second Shift Castings", "Thimble & Sons", "Tin Roof Heritage", "Unit Gauge Studio",
    "Velvet Case Classics",
)  # fmt: skip


class Line(NamedTuple):
    """A product line: scales, years, makers and kinds of its products, and how many there are."""

    name: str
    products: int
    scales: tuple[str, ...]
    years: tuple[int, int]
    makers: tuple[str, ...]
    kinds: tuple[str, ...]


LINES = (
    Line("Classic Cars", 38, ("1:10", "1:12", "1:18", "1:24"), (1948, 1998),
         ("Aurelia", "Corvo", "Falke", "Grand Sierra", "Hawthorn", "Sólano"),
         ("Coupé", "Roadster", "Saloon", "GT", "Fastback", "Rally Car")),
    Line("Motorcycles", 13, ("1:10", "1:12", "1:18", "1:32"), (1936, 2003),
         ("Ardent", "Blackwell", "Vespucci"), ("Twin", "Scrambler", "Chopper", "Café Racer")),
    Line("Planes", 12, ("1:24", "1:72", "1:700"), (1903, 1980),
         ("Albatross", "Skylark", "Boreas"), ("Biplane", "Flying Boat", "Airliner", "Mail Plane")),
    Line("Ships", 9, ("1:72", "1:700"), (1492, 1999),
         ("Queen Maud", "La Belle Étoile", "Cape Wrath"), ("Clipper", "Liner", "Schooner")),
    Line("Trains", 3, ("1:32", "1:50"), (1880, 1958), ("Pennine",), ("Tram", "Steam Locomotive", "Railcar")),
    Line("Trucks and Buses", 11, ("1:18", "1:24", "1:32", "1:50"), (1926, 1996),
         ("Mammoth", "Burro", "O'Dell"), ("Pickup", "Fire Engine", "Double Decker", "Tow Truck")),
    Line("Vintage Cars", 24, ("1:18", "1:24", "1:50"), (1903, 1941),
         ("Chanticleer", "Prévost", "Duchess", "Old Tom"),
         ("Phaeton", "Touring Car", "Limousine", "Runabout", "Town Car")),
)  # fmt: skip

COMMENTS = (
    "Customer asked for gift wrapping",
    "Can we deliver to the back door?\nThe front is being painted.",
    "Customer's own carrier collects",
    "They want to renegotiate the price of the next order",
    "",
    "Client très satisfait, à rappeler en été",
)
TROUBLES = {
    "Cancelled": ("Customer found a cheaper offer", "Ordered twice by mistake"),
    "On Hold": ("Credit limit exceeded: waits for a payment", "Waiting for the customer's reply"),
    "Disputed": ("Customer says that two pieces arrived broken", "The customer disputes the price"),
    "Resolved": ("Disputed, then settled: replaced the broken pieces",),
}
