"""The words that the shop's data are made of."""

from typing import NamedTuple


class City(NamedTuple):
    """A place that people live in; `state` is coded as WooCommerce does it, empty in most countries."""

    name: str
    postcode: str
    state: str
    country: str


CITIES = [
    City("Berlin", "10115", "DE-BE", "DE"),
    City("Hamburg", "20095", "DE-HH", "DE"),
    City("München", "80331", "DE-BY", "DE"),
    City("Köln", "50667", "DE-NW", "DE"),
    City("Wien", "1010", "", "AT"),
    City("Graz", "8010", "", "AT"),
    City("Amsterdam", "1012 AB", "", "NL"),
    City("Utrecht", "3511 CE", "", "NL"),
    City("Lyon", "69001", "", "FR"),
    City("Nantes", "44000", "", "FR"),
    City("Gent", "9000", "", "BE"),
    City("København", "1050", "", "DK"),
    City("Milano", "20121", "MI", "IT"),
    City("London", "SW1A 1AA", "", "GB"),
    City("Leeds", "LS1 4AP", "", "GB"),
    City("Portland", "97201", "OR", "US"),
    City("Brooklyn", "11201", "NY", "US"),
]
# What orders of a country are paid in; EUR elsewhere.
CURRENCIES = {"GB": "GBP", "US": "USD"}
FIRST_NAMES = [
    "Anna", "Ben", "Carla", "David", "Émilie", "Femke", "Gustav", "Hannah", "Inès", "Jürgen",
    "Katja", "Lars", "Mia", "Noah", "Olga", "Pieter", "Rosa", "Søren", "Tom", "Ursula",
]  # fmt: skip
LAST_NAMES = [
    "Bauer", "Claes", "Dubois", "Eriksen", "Fischer", "Garcia", "Huber", "Jansen", "Kowalski",
    "Lindqvist", "Müller", "O'Brien", "Peeters", "Rossi", "Schmidt", "Taylor", "Visser", "Weber",
]  # fmt: skip
# Words of the category, the child of another or not, and what is sold there.
CATEGORIES: dict[str, tuple[str, list[str]]] = {
    "Uncategorized": ("", []),
    "Clothing": ("", ["Rain Jacket", "Wool Scarf", "Linen Apron"]),
    "Hoodies": ("Clothing", ["Hoodie with Logo", "Hoodie with Zipper", "Hoodie"]),
    "T-Shirts & Tops": ("Clothing", ["T-Shirt", "Long Sleeve Tee", "Polo"]),
    "Accessories": ("", ["Beanie", "Belt", "Cap", "Sunglasses"]),
    "Kitchen": ("", ["Bread Knife", "Espresso Cup", 'Skillet 28 cm "Gusto"', "Teekanne für zwei"]),
    "Music": ("", ["Album", "Single"]),
}
COLOURS = ["Blue", "Green", "Red"]
PAYMENT_METHODS = {
    "stripe": "Credit Card",
    "ppcp-gateway": "PayPal",
    "bacs": "Direct bank transfer",
    "cod": "Cash on delivery",
}
COUPONS = {"welcome10": 10, "summer20": 20, "vip50": 50}
# How often orders are in which status.
STATUSES = {
    "wc-completed": 560,
    "wc-processing": 120,
    "wc-on-hold": 50,
    "wc-pending": 40,
    "wc-cancelled": 60,
    "wc-failed": 30,
    "wc-refunded": 40,
    "trash": 30,
    "wc-checkout-draft": 40,
    "auto-draft": 30,
}
