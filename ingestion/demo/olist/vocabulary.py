"""What the shop's people, places, goods and opinions are made of.

Weights and rates were measured on the published data set; names and texts are our own.
"""

from typing import NamedTuple


class State(NamedTuple):
    """A state with its share of the orders and how well it is served."""

    state: str
    weight: int
    late_share: float
    transit_days: float
    promised_days: float


class City(NamedTuple):
    """A city, its share of its state's people, its zip code prefixes and where it lies."""

    city: str
    state: str
    weight: int
    zip_from: int
    zip_to: int
    lat: float
    lng: float
    typed: str  # how others spell it


class Category(NamedTuple):
    """A product category; `english` is None where the translation is missing."""

    name: str
    english: str | None
    weight: int


STATES = [
    State("SP", 3452, 0.064, 5.7, 19.5),
    State("RJ", 1167, 0.129, 12.1, 26.8),
    State("MG", 888, 0.045, 8.6, 25.0),
    State("RS", 423, 0.083, 12.4, 29.4),
    State("PR", 394, 0.048, 8.6, 24.6),
    State("BA", 305, 0.149, 16.9, 29.1),
    State("SC", 272, 0.110, 11.8, 26.0),
    State("GO", 173, 0.091, 12.0, 27.7),
    State("DF", 155, 0.074, 9.5, 25.8),
    State("ES", 130, 0.109, 11.4, 26.3),
    State("PE", 129, 0.143, 15.0, 32.8),
    State("CE", 126, 0.145, 18.5, 31.2),
    State("PA", 78, 0.120, 18.7, 36.8),
    State("MT", 68, 0.064, 14.7, 32.6),
    State("MA", 54, 0.208, 18.3, 30.5),
    State("PB", 50, 0.095, 13.6, 33.4),
    State("MS", 43, 0.090, 12.3, 26.1),
    State("PI", 43, 0.150, 14.5, 30.3),
    State("AL", 40, 0.250, 20.8, 32.8),
    State("SE", 39, 0.167, 18.6, 30.4),
    State("RN", 30, 0.105, 14.4, 32.3),
    State("RO", 24, 0.040, 17.4, 41.5),
    State("TO", 23, 0.150, 12.6, 30.0),
    State("AC", 8, 0.050, 16.6, 43.3),
    State("AP", 8, 0.050, 16.8, 46.1),
    State("RR", 7, 0.120, 18.7, 48.8),
    State("AM", 6, 0.050, 22.6, 40.1),
]

CITIES = [
    City("sao paulo", "SP", 37, 1001, 5899, -23.55, -46.63, "são paulo"),
    City("campinas", "SP", 6, 13010, 13140, -22.91, -47.06, "campinas"),
    City("guarulhos", "SP", 6, 7010, 7270, -23.46, -46.53, "guarulhos-sp"),
    City("santos", "SP", 4, 11010, 11095, -23.96, -46.33, "santos"),
    City("ribeirao preto", "SP", 4, 14010, 14110, -21.18, -47.81, "ribeirão preto"),
    City("sao jose dos campos", "SP", 4, 12210, 12249, -23.22, -45.90, "são josé dos campos"),
    City("santa barbara d'oeste", "SP", 2, 13450, 13459, -22.75, -47.41, "santa bárbara d`oeste"),
    City("rio de janeiro", "RJ", 54, 20010, 23799, -22.91, -43.20, "rio janeiro"),
    City("niteroi", "RJ", 8, 24020, 24360, -22.88, -43.10, "niterói"),
    City("nova iguacu", "RJ", 6, 26010, 26300, -22.76, -43.45, "nova iguaçu"),
    City("petropolis", "RJ", 4, 25610, 25780, -22.51, -43.18, "petrópolis"),
    City("belo horizonte", "MG", 24, 30110, 31970, -19.92, -43.94, "belo horizonte"),
    City("uberlandia", "MG", 6, 38400, 38415, -18.92, -48.28, "uberlândia"),
    City("juiz de fora", "MG", 6, 36010, 36090, -21.76, -43.35, "juiz de fora"),
    City("contagem", "MG", 5, 32010, 32380, -19.93, -44.05, "contagem"),
    City("porto alegre", "RS", 25, 90010, 91900, -30.03, -51.22, "porto alegre"),
    City("caxias do sul", "RS", 6, 95010, 95124, -29.17, -51.18, "caxias do sul"),
    City("pelotas", "RS", 4, 96010, 96090, -31.77, -52.34, "pelotas"),
    City("curitiba", "PR", 29, 80010, 82999, -25.43, -49.27, "curitiba"),
    City("londrina", "PR", 7, 86010, 86099, -23.31, -51.16, "londrina"),
    City("maringa", "PR", 5, 87010, 87099, -23.42, -51.93, "maringá"),
    City("salvador", "BA", 41, 40010, 42499, -12.97, -38.51, "salvador"),
    City("feira de santana", "BA", 6, 44001, 44099, -12.27, -38.97, "feira de santana"),
    City("florianopolis", "SC", 17, 88010, 88099, -27.59, -48.55, "florianópolis"),
    City("joinville", "SC", 11, 89201, 89239, -26.30, -48.85, "joinville"),
    City("blumenau", "SC", 8, 89010, 89099, -26.92, -49.07, "blumenau"),
    City("goiania", "GO", 38, 74003, 74899, -16.68, -49.25, "goiânia"),
    City("anapolis", "GO", 10, 75001, 75159, -16.33, -48.95, "anápolis"),
    City("brasilia", "DF", 99, 70002, 73369, -15.79, -47.88, "brasília"),
    City("vitoria", "ES", 16, 29010, 29099, -20.32, -40.34, "vitória"),
    City("vila velha", "ES", 15, 29100, 29129, -20.33, -40.29, "vila velha"),
    City("recife", "PE", 36, 50010, 52299, -8.05, -34.88, "recife"),
    City("jaboatao dos guararapes", "PE", 8, 54010, 54589, -8.11, -35.01, "jaboatão"),
    City("fortaleza", "CE", 50, 60010, 61599, -3.72, -38.54, "fortaleza"),
    City("belem", "PA", 46, 66010, 66999, -1.46, -48.50, "belém"),
    City("santarem", "PA", 6, 68005, 68109, -2.44, -54.71, "santarém"),
    City("cuiaba", "MT", 30, 78005, 78099, -15.60, -56.10, "cuiabá"),
    City("rondonopolis", "MT", 8, 78700, 78759, -16.47, -54.64, "rondonópolis"),
    City("sao luis", "MA", 46, 65010, 65109, -2.53, -44.30, "são luís"),
    City("joao pessoa", "PB", 44, 58010, 58099, -7.12, -34.86, "joão pessoa"),
    City("campo grande", "MS", 46, 79002, 79124, -20.45, -54.62, "campo grande"),
    City("teresina", "PI", 48, 64001, 64099, -5.09, -42.80, "teresina"),
    City("maceio", "AL", 60, 57010, 57099, -9.65, -35.74, "maceió"),
    City("aracaju", "SE", 58, 49010, 49098, -10.91, -37.07, "aracaju"),
    City("natal", "RN", 52, 59010, 59139, -5.79, -35.21, "natal"),
    City("porto velho", "RO", 40, 76801, 76834, -8.76, -63.90, "porto velho"),
    City("palmas", "TO", 34, 77001, 77270, -10.18, -48.33, "palmas"),
    City("rio branco", "AC", 86, 69900, 69923, -9.97, -67.81, "rio branco"),
    City("macapa", "AP", 70, 68900, 68914, 0.03, -51.07, "macapá"),
    City("boa vista", "RR", 86, 69301, 69339, 2.82, -60.67, "boa vista"),
    City("manaus", "AM", 97, 69005, 69099, -3.12, -60.02, "manaus"),
]

CATEGORIES = [
    Category("esporte_lazer", "sports_leisure", 499),
    Category("cama_mesa_banho", "bed_bath_table", 484),
    Category("beleza_saude", "health_beauty", 434),
    Category("moveis_decoracao", "furniture_decor", 410),
    Category("utilidades_domesticas", "housewares", 350),
    Category("informatica_acessorios", "computers_accessories", 310),
    Category("automotivo", "auto", 248),
    Category("relogios_presentes", "watches_gifts", 243),
    Category("brinquedos", "toys", 235),
    Category("telefonia", "telephony", 208),
    Category("bebes", "baby", 166),
    Category("perfumaria", "perfumery", 140),
    Category("papelaria", "stationery", 138),
    Category("ferramentas_jardim", "garden_tools", 129),
    Category("eletronicos", "electronics", 119),
    Category("pet_shop", "pet_shop", 96),
    Category("instrumentos_musicais", "musical_instruments", 52),
    Category("eletrodomesticos", "home_appliances", 51),
    Category("livros_interesse_geral", "books_general_interest", 40),
    Category("alimentos", "food", 21),
    Category("bebidas", "drinks", 17),
    Category("climatizacao", "air_conditioning", 15),
    Category("artes", "art", 8),
    Category("pc_gamer", None, 8),
    Category("portateis_cozinha_e_preparadores_de_alimentos", None, 8),
]

# Weighted choices: (value, weight).
MONTHS = [
    ("2016-10-01", 69),
    ("2017-01-01", 90),
    ("2017-02-01", 220),
    ("2017-03-01", 268),
    ("2017-04-01", 206),
    ("2017-05-01", 327),
    ("2017-06-01", 262),
    ("2017-07-01", 354),
    ("2017-08-01", 381),
    ("2017-09-01", 349),
    ("2017-10-01", 387),
    ("2017-11-01", 674),
    ("2017-12-01", 459),
    ("2018-01-01", 580),
    ("2018-02-01", 537),
    ("2018-03-01", 599),
    ("2018-04-01", 527),
    ("2018-05-01", 475),
    ("2018-06-01", 385),
    ("2018-07-01", 474),
    ("2018-08-01", 489),
    ("2018-09-01", 16),
    ("2018-10-01", 4),
]
HOURS = [
    *enumerate([194, 101, 38, 24, 13, 14, 47, 104, 212, 389, 542, 534]),
    *enumerate([549, 523, 510, 516, 544, 495, 499, 489, 530, 488, 457, 323], start=12),
]
STATUSES = [
    ("delivered", 96478),
    ("shipped", 1107),
    ("canceled", 625),
    ("unavailable", 609),
    ("invoiced", 314),
    ("processing", 301),
    # 5 and 2 in the published set: raised, so that a thousand orders have them too.
    ("created", 250),
    ("approved", 250),
]
LINE_COUNTS = list(enumerate([9000, 758, 133, 51, 21, 20, 5, 3, 1, 1], start=1))
FIRST_PAYMENTS = [("credit_card", 6222), ("boleto", 1580), ("voucher", 206), ("debit_card", 118)]
PAYMENT_COUNTS = [
    *enumerate([7861, 196, 20, 8, 5, 3, 1, 1, 6, 5, 8, 8, 3, 2, 2], start=1),
    (19, 2),
    (22, 2),
    (29, 1),
]
INSTALMENTS = [
    *enumerate([1993, 1002, 879, 580, 457, 318, 132, 364, 52, 447, 3, 15], start=1),
    (15, 5),
    (20, 2),
    (21, 1),
]
# Scores by how the order ended: delivered in time, delivered late, not delivered.
SCORES: dict[str, list[tuple[int, int]]] = {
    "on_time": list(enumerate([337, 124, 397, 970, 2991], start=1)),
    "late": list(enumerate([200, 38, 40, 54, 87], start=1)),
    "never": list(enumerate([2101, 220, 230, 160, 276], start=1)),
}
TITLES = {
    "bad": ["Não recomendo", "Não recebi", "Péssimo!", "Produto errado", "Decepção 😡"],
    "fair": ["Regular", "Mais ou menos", "Ok", "Poderia ser melhor"],
    "good": ["Recomendo", "Super recomendo", "Ótimo", "Excelente 👏🏽", "10", "Muito bom "],
}
# A comment is an opening, often a detail and sometimes an end.
OPENINGS = {
    "bad": [
        "Até agora não recebi o produto",
        "Comprei duas unidades e chegou só uma",
        'O anúncio dizia "original", mas não é',
        "Veio com defeito, quero trocar",
        "Prazo não cumprido, ninguém responde 😡",
        "O pedido foi cancelado sem aviso",
    ],
    "fair": [
        "O produto é bom, mas a entrega demorou",
        "Esperava mais pelo preço",
        "Chegou, porém a caixa estava amassada",
        "A cor não é a da foto",
    ],
    "good": [
        "Chegou antes do prazo",
        "Produto lindo, igual ao da foto 😍",
        "Adorei, ótima qualidade",
        'Nota "10" para a loja',
        "Tudo certo com a compra",
        "Entrega rápida e bem embalado 👏🏽",
    ],
}
DETAILS = {
    "bad": [
        "já se passaram 30 dias e o rastreio não muda.",
        "liguei três vezes: nada!",
        "quero meu dinheiro de volta (R$ 89,90).",
        "diz que foi entregue, mas aqui não chegou nada",
    ],
    "fair": [
        "o frete saiu caro.",
        "faltou o manual; tive que procurar na internet.",
        "serve, mas não compraria de novo",
    ],
    "good": [
        "minha filha amou o presente.",
        "já é a terceira vez que compro e nunca deu problema!",
        "montagem fácil, 5 minutos e pronto.",
        "vendedor atencioso, tirou todas as dúvidas",
    ],
}
ENDINGS = {
    "bad": ["Não comprem.", "Aguardo resposta 😞", "Vou ao Procon\\defesa do consumidor"],
    "fair": ["Fica a dica", "Nota 3 ⭐⭐⭐"],
    "good": ["Recomendo a todos ❤️", "Obrigado!", "Voltarei a comprar, com certeza."],
}


def mood(score: int) -> str:
    """The key of `TITLES` and the comments' parts for a review of 1 to 5."""
    return "bad" if score <= 2 else "fair" if score == 3 else "good"
