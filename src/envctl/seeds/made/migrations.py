"""The tables in which tools that migrate a schema write down how far they have come. Pure.

Made-up rows in them would have every migration run again, or none: their rows come with the schema.
"""

from __future__ import annotations

from envctl.catalogue import Catalogue, Table

# In any schema: each is a tool's own, as it is called unless somebody says otherwise.
_TABLES = frozenset({
    "alembic_version",  # Alembic
    "schema_migrations", "ar_internal_metadata",  # Rails, Ecto, golang-migrate, dbmate
    "django_migrations",
    "flyway_schema_history", "schema_version",  # Flyway, before version 5
    "databasechangelog", "databasechangeloglock",  # Liquibase
    "_prisma_migrations",
    "__EFMigrationsHistory",  # Entity Framework
    "knex_migrations", "knex_migrations_lock",
    "SequelizeMeta",
    "typeorm_metadata",
    "__drizzle_migrations",
    "goose_db_version",
    "_sqlx_migrations",
    "__diesel_schema_migrations",
    "refinery_schema_history",
    "seaql_migrations",
    "pgmigrations",  # node-pg-migrate
    "phinxlog",
    "doctrine_migration_versions",
    "atlas_schema_revisions",
    "gorp_migrations",  # sql-migrate
    "schemaversions",  # DbUp
})  # fmt: skip
# Theirs and somebody else's too, so that the columns have to be those of the tool.
_BY_COLUMNS = {
    "migrations": (
        frozenset({"id", "migration", "batch"}),  # Laravel
        frozenset({"id", "timestamp", "name"}),  # TypeORM
        frozenset({"version", "class", "group", "namespace"}),  # CodeIgniter
        frozenset({"id", "name", "hash", "executed_at"}),  # postgres-migrations
    ),
}
NAMES = _TABLES | _BY_COLUMNS.keys()  # that such a table may have


def is_of_migrations(table: Table) -> bool:
    """Whether a tool that migrates keeps its own record in it."""
    names = frozenset(column.name for column in table.columns)
    return table.name in _TABLES or any(known <= names for known in _BY_COLUMNS.get(table.name, ()))


def of_migrations(catalogue: Catalogue) -> tuple[Table, ...]:
    """All such tables."""
    return tuple(filter(is_of_migrations, catalogue.tables))
