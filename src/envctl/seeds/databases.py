"""Databases that nothing is loaded into."""

from __future__ import annotations

from envctl.seeds.client import Client
from envctl.seeds.server import ask, identifier, tell
from envctl.workload import Database


def create_database(client: Client, database: Database) -> None:
    """Create the database, empty, unless it is there."""
    if ask(client, database).owner is None:
        statement = f"CREATE DATABASE {identifier(database.name)} OWNER {identifier(database.user)}"
        tell(client, database, statement, doing=f"the database {database.name} could not be created")
