"""Catalogues written by hand: pagila's, as its schema has it, and tables of one column."""

from __future__ import annotations

from envctl.catalogue import Catalogue, Column, Family, ForeignKey, Table, Unique

_FAMILIES: dict[str, Family] = {
    "text": "text",
    "character": "text",
    "varchar": "text",
    "bpchar": "text",
    "citext": "text",
    "integer": "integer",
    "smallint": "integer",
    "bigint": "integer",
    "year": "integer",
    "numeric": "number",
    "real": "number",
    "double": "number",
    "date": "date",
    "timestamp": "timestamp",
    "timestamptz": "timestamp",
    "time": "time",
    "boolean": "boolean",
    "uuid": "uuid",
    "inet": "network",
    "cidr": "network",
    "json": "json",
    "jsonb": "json",
    "bytea": "bytes",
    "hstore": "hstore",
}


def column(said: str) -> Column:
    """`name type`, with `!` behind where it may not be null, and `#` where a sequence counts it."""
    name, _, kind = said.rstrip("!#").partition(" ")
    bare = kind.removesuffix("[]").partition("(")[0].partition(" ")[0]
    length = int(kind.partition("(")[2].rstrip(")[]")) if bare in {"varchar", "bpchar"} and "(" in kind else None
    return Column(
        name,
        kind,
        _FAMILIES.get(bare, "other"),
        nullable=not said.endswith(("!", "#")),
        length=length,
        array=kind.endswith("[]"),
        counted=said.endswith("#"),
    )


def table(
    name: str,
    *columns: str | Column,
    key: str = "",
    refers: dict[str, str] | None = None,
    unique: tuple[str, ...] = (),
    parents: tuple[str, ...] = (),
) -> Table:
    """A table of the schema public; `refers` is column → `table.column`, `unique` lists columns."""
    keys = tuple(key.split())
    uniques = [Unique(f"{name}_pkey", keys)] if keys else []
    uniques += [Unique(f"{name}_{n}", tuple(names.split())) for n, names in enumerate(unique)]
    foreign = [(one, *to.split(".")) for one, to in (refers or {}).items()]
    return Table(
        "public",
        name,
        tuple(one if isinstance(one, Column) else column(one) for one in columns),
        key=keys,
        uniques=tuple(uniques),
        foreign_keys=tuple(ForeignKey(f"{name}_{one}_fkey", (one,), f"public.{to}", (of,)) for one, to, of in foreign),
        parents=parents,
    )


_MOMENT = "last_update timestamptz!"
_PAYMENT = (
    "payment_id integer#",
    "customer_id integer!",
    "staff_id integer!",
    "rental_id integer!",
    "amount numeric(5,2)!",
    "payment_date timestamptz!",
)
_RATING = Column("rating", "mpaa_rating", "enum", labels=("G", "PG", "PG-13", "R", "NC-17"))


def pagila() -> Catalogue:
    """A film rental's database, as its dump describes it; one partition of payments is enough."""
    return Catalogue(
        (
            table("actor", "actor_id integer#", "first_name text!", "last_name text!", _MOMENT, key="actor_id"),
            table(
                "address",
                "address_id integer#",
                "address text!",
                "address2 text",
                "district text!",
                "city_id integer!",
                "postal_code text",
                "phone text!",
                _MOMENT,
                key="address_id",
                refers={"city_id": "city.city_id"},
            ),
            table("category", "category_id integer#", "name text!", _MOMENT, key="category_id"),
            table(
                "city",
                "city_id integer#",
                "city text!",
                "country_id integer!",
                _MOMENT,
                key="city_id",
                refers={"country_id": "country.country_id"},
            ),
            table("country", "country_id integer#", "country text!", _MOMENT, key="country_id"),
            table(
                "customer",
                "customer_id integer#",
                "store_id integer!",
                "first_name text!",
                "last_name text!",
                "email text",
                "address_id integer!",
                "activebool boolean!",
                "create_date date!",
                "last_update timestamptz",
                "active integer",
                key="customer_id",
                refers={"store_id": "store.store_id", "address_id": "address.address_id"},
            ),
            table(
                "film",
                "film_id integer#",
                "title text!",
                "description text",
                "release_year year",
                "language_id integer!",
                "original_language_id integer",
                "rental_duration smallint!",
                "rental_rate numeric(4,2)!",
                "length smallint",
                "replacement_cost numeric(5,2)!",
                _RATING,
                _MOMENT,
                "special_features text[]",
                "fulltext tsvector!",
                key="film_id",
                refers={"language_id": "language.language_id", "original_language_id": "language.language_id"},
            ),
            table(
                "film_actor",
                "actor_id integer!",
                "film_id integer!",
                _MOMENT,
                key="actor_id film_id",
                refers={"actor_id": "actor.actor_id", "film_id": "film.film_id"},
            ),
            table(
                "inventory",
                "inventory_id integer#",
                "film_id integer!",
                "store_id integer!",
                _MOMENT,
                key="inventory_id",
                refers={"film_id": "film.film_id", "store_id": "store.store_id"},
            ),
            table("language", "language_id integer#", "name bpchar(20)!", _MOMENT, key="language_id"),
            table("payment", *_PAYMENT, key="payment_date payment_id"),
            table(
                "payment_p2022_01",
                *_PAYMENT,
                key="payment_date payment_id",
                refers={"customer_id": "customer.customer_id", "staff_id": "staff.staff_id"},
                parents=("public.payment",),
            ),
            table(
                "rental",
                "rental_id integer#",
                "rental_date timestamptz!",
                "inventory_id integer!",
                "customer_id integer!",
                "return_date timestamptz",
                "staff_id integer!",
                _MOMENT,
                key="rental_id",
                unique=("rental_date inventory_id customer_id",),
                refers={
                    "inventory_id": "inventory.inventory_id",
                    "customer_id": "customer.customer_id",
                    "staff_id": "staff.staff_id",
                },
            ),
            table(
                "staff",
                "staff_id integer#",
                "first_name text!",
                "last_name text!",
                "address_id integer!",
                "email text",
                "store_id integer!",
                "active boolean!",
                "username text!",
                "password text",
                _MOMENT,
                "picture bytea",
                key="staff_id",
                refers={"address_id": "address.address_id", "store_id": "store.store_id"},
            ),
            table(
                "store",
                "store_id integer#",
                "manager_staff_id integer!",
                "address_id integer!",
                _MOMENT,
                key="store_id",
                unique=("manager_staff_id",),
                refers={"address_id": "address.address_id"},
            ),
        )
    )
