"""Names of people and of places that are known, to recognise some among values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

_LOCALES = (
    "en_US", "en_GB", "en_IN", "de_DE", "de_AT", "fr_FR", "es_ES", "es_MX", "it_IT", "nl_NL", "pt_BR", "pt_PT", "pl_PL",
    "sv_SE", "no_NO", "da_DK", "fi_FI", "cs_CZ", "hu_HU", "ro_RO", "tr_TR", "hr_HR", "el_GR", "ru_RU", "uk_UA", "ja_JP",
    "zh_CN", "ko_KR", "ar_SA", "he_IL", "hi_IN", "id_ID",
)  # fmt: skip
_PLACES = ("de_DE", "de_AT", "de_CH", "nl_NL", "nl_BE", "it_IT", "pl_PL", "pt_PT", "cs_CZ", "da_DK", "fi_FI", "ru_RU",
           "uk_UA", "ro_RO", "sv_SE", "hr_HR", "en_IN", "ja_JP", "zh_CN", "ko_KR", "id_ID")  # fmt: skip
# Those of the countries whose lists are made up of syllables.
_GREAT = """
    new york, los angeles, chicago, houston, phoenix, philadelphia, san antonio, san diego, dallas, san jose,
    austin, jacksonville, san francisco, columbus, seattle, denver, boston, detroit, nashville, portland, las
    vegas, memphis, baltimore, milwaukee, atlanta, miami, minneapolis, cleveland, oakland, tampa, new orleans,
    pittsburgh, cincinnati, london, birmingham, manchester, glasgow, liverpool, leeds, sheffield, edinburgh,
    bristol, cardiff, belfast, oxford, cambridge, dublin, cork, paris, lyon, marseille, toulouse, nice, nantes,
    strasbourg, bordeaux, lille, montpellier, rennes, grenoble, madrid, barcelona, valencia, sevilla, zaragoza,
    malaga, bilbao, murcia, palma, toronto, montreal, vancouver, calgary, ottawa, edmonton, winnipeg, quebec,
    sydney, melbourne, brisbane, perth, adelaide, auckland, wellington, mexico city, guadalajara, monterrey, sao
    paulo, rio de janeiro, brasilia, buenos aires, lima, bogota, santiago, istanbul, ankara, izmir, cairo,
    lagos, nairobi, johannesburg, cape town, tehran, dubai, manila, bangkok, oslo, bergen, budapest, athens,
    sofia, geneva, tel aviv, jerusalem, singapore, hong kong
"""
_WORD = re.compile(r"[^\W\d_]+(?:['’.][^\W\d_]+)*\.?")


@cache
def first_names() -> frozenset[str]:
    """Those of many countries, plain: in lower case and without accents."""
    return frozenset(_listed("person", _LOCALES, "first_name"))


@cache
def last_names() -> frozenset[str]:
    """The same of families."""
    return frozenset(_listed("person", _LOCALES, "last_name"))


@cache
def cities() -> frozenset[str]:
    """Some tens of thousands of towns, plain."""
    great = (plain(name) for name in _GREAT.split(","))
    return frozenset({*great, *_listed("address", _PLACES, "cities"), *_listed("address", _PLACES, "city_names")})


def plain(text: str) -> str:
    """In lower case, without accents, blanks around and between made one."""
    parts = unicodedata.normalize("NFKD", text.strip().lower())
    return re.sub(r"\s+", " ", "".join(c for c in parts if not unicodedata.combining(c)))


def names_in(text: str) -> list[str]:
    """The words of what may be a name, plain; nothing if anything else is in it."""
    words = [plain(word).rstrip(".") for word in _WORD.findall(text)]
    rest = _WORD.sub("", text)
    return words if not rest.strip(" ,-\t") else []


def _listed(provider: str, locales: tuple[str, ...], named: str) -> Iterator[str]:
    """What Faker's lists of that name hold, whatever they are divided by."""
    for locale in locales:
        module = import_module(f"faker.providers.{provider}.{locale}")
        for attribute, value in sorted(vars(module.Provider).items()):
            if attribute.startswith(named) and isinstance(value, (tuple, list, Mapping)):
                yield from (word for entry in value if isinstance(entry, str) for word in _forms(entry))


def _forms(entry: str) -> set[str]:
    """A name, and the parts of one that is written with hyphens."""
    return {plain(entry), *plain(entry).split("-")} if "-" in entry else {plain(entry)}
