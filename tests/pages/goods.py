"""What the shop of the pictures sells and gives, its rules, and who comes to it."""

from typing import Any

PRODUCTS = [
    ("SAV-LAV", "Savon lavande 100 g", 690, "Savons"),
    ("SAV-MIE", "Savon au miel 100 g", 690, "Savons"),
    ("THE-VER", "Thé vert de Bretagne", 1250, "Thés"),
    ("THE-NUI", "Infusion du soir", 1090, "Thés"),
    ("BOU-FIG", "Bougie figuier", 2450, "Maison"),
    ("SAC-TOI", "Sac en toile", 1800, "Maison"),
    ("CAF-250", "Café moulu 250 g", 890, "Épicerie"),
    ("CONF-AB", "Confiture d’abricots", 560, "Épicerie"),
    ("TAS-GRE", "Tasse en grès", 2200, "Maison"),
    ("PLA-OLI", "Plaid olive", 5900, "Maison"),
]
"""Code, name, price in cents, family."""

GIFTS: dict[str, tuple[dict[str, str], int, bool]] = {
    "coffee": ({"fr": "Un café offert", "en": "A free coffee"}, 120, False),
    "tote": ({"fr": "Sac en toile", "en": "Canvas bag"}, 220, True),
    "soap": ({"fr": "Savon artisanal", "en": "Handmade soap"}, 280, True),
    "tea": ({"fr": "Coffret thé", "en": "Tea gift box"}, 420, False),
}
"""Name, points, whether it is counted in stock."""

PROGRAM: dict[str, Any] = {
    "point_value": "0.05",
    "adjustments": {"natures": ["Geste commercial", "Réclamation", "Erreur de caisse"],
                    "alone": 500},
    "households": {"active": True},
    "tiers": {
        "metric": "earned",
        "period": {"months": 12},
        "levels": [
            {"id": "bronze", "start": 0, "name": {"fr": "Bronze", "en": "Bronze"}},
            {"id": "silver", "start": 300, "name": {"fr": "Argent", "en": "Silver"}},
            {"id": "gold", "start": 1000, "name": {"fr": "Or", "en": "Gold"}},
        ],
    },
    "reminders": {"active": True, "from_points": 100, "within_months": 2, "every_months": 1},
    "welcome_mail": {"active": True},
}  # fmt: skip
"""What its program says besides the ready one."""

PEOPLE = [
    ("Camille", "Roux"), ("Jeanne", "Martin"), ("Louis", "Bernard"), ("Emma", "Petit"),
    ("Gabriel", "Durand"), ("Alice", "Leroy"), ("Raphaël", "Moreau"), ("Léa", "Simon"),
    ("Hugo", "Laurent"), ("Chloé", "Lefebvre"), ("Arthur", "Michel"), ("Manon", "Garcia"),
    ("Jules", "David"), ("Inès", "Bertrand"), ("Adam", "Roux"), ("Sarah", "Vincent"),
    ("Lucas", "Fournier"), ("Zoé", "Morel"), ("Ethan", "Girard"), ("Lina", "André"),
    ("Paul", "Mercier"), ("Anna", "Dupont"), ("Nathan", "Lambert"), ("Eva", "Bonnet"),
    ("Tom", "François"), ("Louise", "Martinez"), ("Noah", "Legrand"), ("Juliette", "Garnier"),
    ("Théo", "Faure"), ("Romane", "Rousseau"), ("Maël", "Blanc"), ("Nina", "Guérin"),
    ("Victor", "Muller"), ("Agathe", "Henry"), ("Simon", "Roussel"), ("Margaux", "Nicolas"),
    ("Oscar", "Perrin"), ("Clara", "Morin"), ("Samuel", "Mathieu"), ("Elise", "Clément"),
]  # fmt: skip

TOWNS = [("Angers", "49"), ("Nantes", "44"), ("Rennes", "35"), ("Cholet", "49"), ("Angers", "49")]
