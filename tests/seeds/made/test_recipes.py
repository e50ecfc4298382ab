"""The schemas that come with envctl: a real server takes what is made for them, and the rows fit each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from envctl.seeds.dumps.check import check
from envctl.seeds.dumps.plain import plain
from envctl.seeds.made.fill import fill
from envctl.seeds.made.synthetic import MadeUp
from envctl.seeds.swap import Filled
from envctl.stack.synthetic import SyntheticSection, recipes
from envctl.workload import Database
from tests.seeds.postgres import USER, Postgres

pytestmark = pytest.mark.docker

DIGEST = f"sha256:{'0' * 64}"
# Questions that no row may answer: what does not fit.
CONTRADICTIONS = {
    "ecommerce": {
        "an order before its customer was there": "SELECT FROM orders o JOIN customers c ON c.id = customer_id "
        "WHERE ordered_at < c.created_at",
        "paid or cancelled, and of another status": "SELECT FROM orders WHERE (paid_at IS NULL) <> "
        "(status IN ('pending', 'cancelled')) OR (cancelled_at IS NULL) <> (status <> 'cancelled')",
        "sold at another price than the product's": "SELECT FROM order_items i JOIN products p ON p.id = product_id "
        "WHERE unit_price <> price",
        "a payment that says other than its order": "SELECT FROM payments p JOIN orders o ON o.id = order_id "
        "WHERE captured_at IS DISTINCT FROM paid_at OR (p.status = 'pending') <> (o.status = 'pending') "
        "OR (card_brand IS NULL) <> (method <> 'card')",
        "a shipment that says other than its order": "SELECT FROM shipments s JOIN orders o ON o.id = order_id "
        "WHERE shipped_at < paid_at OR (delivered_at IS NULL) <> (o.status NOT IN ('delivered', 'refunded'))",
        "sold before it was there": "SELECT FROM order_items i JOIN orders o ON o.id = order_id "
        "JOIN products p ON p.id = product_id WHERE ordered_at < p.created_at",
        "a category in none of the first four": "SELECT FROM categories c WHERE (parent_id IS NULL) <> (id <= 4)",
    },
    "healthcare": {
        "seen outside of one's life": "SELECT FROM encounters JOIN patients p ON p.id = patient_id "
        "WHERE start::date < birth_date OR stop::date > death_date",
        "observed outside of an encounter": "SELECT FROM observations o JOIN encounters e ON e.id = encounter_id "
        "WHERE date NOT BETWEEN start AND stop OR o.patient_id <> e.patient_id",
        "a code with two units or two descriptions": "SELECT FROM observations GROUP BY code "
        "HAVING count(DISTINCT coalesce(units, '')) > 1 OR count(DISTINCT description) > 1",
        "a number that is none": "SELECT FROM observations WHERE (type = 'numeric') <> (value ~ '^[0-9]+([.][0-9])?$')",
        "somebody of several heights": "SELECT FROM observations WHERE code = '8302-2' GROUP BY patient_id "
        "HAVING count(DISTINCT value) > 1",
        "a temperature of nobody alive": "SELECT FROM observations WHERE code = '8310-5' "
        "AND value::numeric NOT BETWEEN 36 AND 39",
        "a medication for another reason than its encounter's": "SELECT FROM medications m "
        "JOIN encounters e ON e.id = encounter_id WHERE m.reason_code <> e.reason_code OR m.start <> e.start",
        "a medication for a reason that is not its own": "SELECT FROM medications WHERE code = '309362' "
        "AND reason_code <> '38822007'",
        "taken after death": "SELECT FROM medications m JOIN patients p ON p.id = patient_id "
        "WHERE stop::date > death_date",
        "a total that is not the sum": "SELECT FROM medications WHERE total_cost <> base_cost * dispenses",
        "somebody called two ways": "SELECT FROM patients WHERE (prefix = 'Mr.') <> (gender = 'M')",
    },
}  # fmt: skip


def test_each_recipe_is_looked_at() -> None:
    """Whoever adds one says what must not be in it."""
    assert recipes() == tuple(sorted(CONTRADICTIONS))


@pytest.mark.parametrize(
    ("recipe", "said"),
    [("ecommerce", {"locale": "de_DE", "nulls": 0.5, "until": "2024-06-30"}), ("healthcare", {"seed": 3})],
    ids=["ecommerce", "healthcare"],
)
def test_recipes_are_filled(postgres: Postgres, recipe: str, said: dict[str, object]) -> None:
    """Every table has rows, all constraints hold, and nothing contradicts itself, whatever the seed and the locale."""
    target = Database(postgres.fresh(), USER, data=recipe)
    database = SyntheticSection.model_validate({"from": "synthetic", "recipe": recipe, **said}).fill(target, Path())
    assert database.schema and database.schema.file and database.synthetic
    maker = MadeUp(recipe, database.synthetic.settings, database.synthetic.seed)
    try:
        text = plain(postgres, check(database.schema.file), target)
        rows = fill(postgres, text, target, Filled(recipe, DIGEST), maker)
    finally:
        maker.close()
    assert [] == [name for name, count in rows.items() if not count]
    questions = CONTRADICTIONS[recipe]
    found = postgres.sql(target.name, *(f"SELECT count(*) FROM ({question}) q" for question in questions.values()))
    assert {} == {what: count for what, count in zip(questions, found, strict=True) if count != "0"}
