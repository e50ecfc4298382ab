"""Which columns are masked as others are: those of foreign keys, of partitions and of inheriting tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from envctl.catalogue import Catalogue, Column, Table

Place = tuple[str, str]  # a table's full name, a column's name


def roots(catalogue: Catalogue) -> Mapping[Place, tuple[tuple[Table, Column], ...]]:
    """The columns that need a rule of their own, each with all that follow it, itself among them.

    Of columns that follow each other in a circle and nothing else, the first by name speaks for all.
    """
    places = {(table.full, column.name): (table, column) for table in catalogue.tables for column in table.columns}
    leads = {place: tuple(_leads(place, places)) for place in places}
    reached = {place: _reached(place, leads) for place in places}
    chosen = {place for place in places if _speaks(place, reached)}
    followers: dict[Place, list[tuple[Table, Column]]] = {place: [] for place in places if place in chosen}
    for place, found in places.items():
        for root in (reached[place] | {place}) & chosen:
            followers[root].append(found)
    return {root: tuple(found) for root, found in followers.items()}


def _leads(place: Place, places: Mapping[Place, tuple[Table, Column]]) -> Iterator[Place]:
    """The columns that one follows directly, as far as they are known."""
    table, column = places[place]
    referred = (
        (key.table, to)
        for key in table.foreign_keys
        for name, to in zip(key.columns, key.references, strict=False)
        if name == column.name
    )
    inherited = ((parent, column.name) for parent in table.parents)
    yield from (lead for lead in (*referred, *inherited) if lead in places and lead != place)


def _reached(place: Place, leads: Mapping[Place, tuple[Place, ...]]) -> frozenset[Place]:
    seen: set[Place] = set()
    waiting = list(leads[place])
    while waiting:
        found = waiting.pop()
        if found not in seen:
            seen.add(found)
            waiting += leads[found]
    return frozenset(seen)


def _speaks(place: Place, reached: Mapping[Place, frozenset[Place]]) -> bool:
    """Whether it follows none, or none but those that follow it, and comes first among them."""
    return all(place in reached[other] for other in reached[place]) and place == min(reached[place] | {place})
