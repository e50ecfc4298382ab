"""What is done about single statements of a dump."""

from __future__ import annotations

import pytest

from envctl.seeds.dumps.statements import judge, plain_name, role_maker


def roles(statement: str) -> list[str]:
    """The roles a statement names."""
    return [role.decode() for role in judge(statement.encode(), empty=False).roles]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("ALTER TABLE public.a OWNER TO bob", ["bob"]),
        ('ALTER FUNCTION f(a text) OWNER TO "Bob ""the"" Builder"', ['Bob "the" Builder']),
        ('GRANT SELECT ON a TO "it\'s \'hers\'", "$$"', ["it's 'hers'", "$$"]),
        ("alter schema s\n  owner to BOB", ["bob"]),
        ('GRANT SELECT,INSERT ON TABLE public.a TO bob, "Ann" WITH GRANT OPTION', ["bob", "Ann"]),
        ("GRANT ALL ON SCHEMA public TO PUBLIC", []),
        ("GRANT readers TO bob WITH ADMIN OPTION GRANTED BY ann", ["bob", "readers", "ann"]),
        ("GRANT SELECT ON a TO GROUP staff", ["staff"]),
        ("REVOKE ALL ON TABLE a FROM bob CASCADE", ["bob"]),
        ("REVOKE readers FROM bob", ["bob", "readers"]),
        ("ALTER DEFAULT PRIVILEGES FOR ROLE ann IN SCHEMA s GRANT SELECT ON TABLES TO bob", ["bob", "ann"]),
        ("ALTER DEFAULT PRIVILEGES FOR ROLE ann REVOKE ALL ON TABLES FROM bob", ["bob", "ann"]),
        ("CREATE POLICY p ON a FOR SELECT TO bob, ann USING ((owner = 'x TO y'::text))", ["bob", "ann"]),
        ("CREATE SCHEMA AUTHORIZATION bob", ["bob"]),
        ("CREATE SCHEMA IF NOT EXISTS s AUTHORIZATION bob", ["bob"]),
        ("CREATE USER MAPPING FOR bob SERVER s", ["bob"]),
        ("ALTER ROLE bob SET search_path TO 'a'", ["bob"]),
        ("SET ROLE bob", ["bob"]),
        ("SET ROLE NONE", []),
        ("GRANT pg_read_all_data TO CURRENT_USER", []),
        ("COMMENT ON TABLE a IS 'x OWNER TO bob'", []),
        ("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ GRANT a TO b $$", []),
        ("INSERT INTO a VALUES ('GRANT a TO b')", []),
    ],
)
def test_roles_are_found(statement: str, expected: list[str]) -> None:
    """Roles are found wherever a dump names them, and nowhere else."""
    assert expected == roles(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE DATABASE shop WITH TEMPLATE = template0",
        "DROP DATABASE IF EXISTS shop",
        "ALTER DATABASE shop OWNER TO bob",
        "COMMENT ON DATABASE shop IS 'x'",
        "GRANT CONNECT ON DATABASE shop TO bob",
        "REVOKE ALL ON DATABASE shop FROM PUBLIC",
        "ALTER ROLE bob IN DATABASE shop SET search_path TO 'a'",
        "ALTER SYSTEM SET work_mem = '1GB'",
        "CREATE SUBSCRIPTION s CONNECTION 'host=production' PUBLICATION p",
        "SET SESSION AUTHORIZATION 'bob'",
        "RESET SESSION AUTHORIZATION",
        "SET default_tablespace = fast",
        "CREATE TABLESPACE fast LOCATION '/x'",
        "ALTER TABLE a SET TABLESPACE fast",
        "SECURITY LABEL FOR anon ON COLUMN a.b IS 'x'",
    ],
)
def test_what_reaches_beyond_the_database_is_left_out(statement: str) -> None:
    """The server, its other databases and what only the source has are not for a dump to touch."""
    assert judge(statement.encode(), empty=False).left_out


@pytest.mark.parametrize(
    "statement",
    [
        "SET default_tablespace = ''",
        "CREATE TABLE database (a int)",
        "COMMENT ON TABLE a IS 'ON DATABASE b'",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ ALTER SYSTEM SET a = 1 $$",
        "DROP TABLE a",
        "ALTER TABLE a DROP COLUMN b",
    ],
)
def test_everything_else_stays(statement: str) -> None:
    """What a dump does to its own database is its own business."""
    assert not judge(statement.encode(), empty=False).left_out


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DROP TABLE public.a", True),
        ("ALTER TABLE ONLY public.a DROP CONSTRAINT b", True),
        ("ALTER TABLE public.a ALTER COLUMN id DROP DEFAULT", True),
        ("DROP EXTENSION plpgsql", True),
        ("SELECT pg_catalog.lo_unlink('4711')", True),
        ("DROP TABLE IF EXISTS public.a", False),
        ("DROP SCHEMA public", False),
    ],
)
def test_there_is_nothing_to_drop_at_first(statement: str, expected: bool) -> None:
    """A dump made with --clean drops at its beginning what a new database does not have; its schema public it has."""
    assert (expected, True) == (
        judge(statement.encode(), empty=True).left_out,
        judge(statement.encode(), empty=True).before_objects,
    )


def test_settings_of_the_database_go_to_the_new_one() -> None:
    """The name in ALTER DATABASE … SET is found, so that another can take its place."""
    text = b"ALTER DATABASE \"My Shop\" SET search_path TO 'a', 'b'"
    start, end = judge(text, empty=True).database_name or (0, 0)
    assert b'"My Shop"' == text[start:end]


def test_parameters_are_told_at_the_beginning() -> None:
    """What pg_dump sets at first may be unknown to an older server."""
    assert "transaction_timeout" == judge(b"SET transaction_timeout = 0", empty=True).parameter
    assert judge(b"SET transaction_timeout = 0", empty=False).parameter is None


def test_a_role_the_dump_makes_is_told() -> None:
    """CREATE ROLE names whom it makes; a user mapping makes nobody."""
    assert b"Bob" == judge(b'CREATE ROLE "Bob" LOGIN', empty=True).role
    assert judge(b"CREATE USER MAPPING FOR bob SERVER s", empty=True).role is None


def test_names_fold_as_in_sql() -> None:
    """Without quotes a name is in lower case."""
    assert (b"bob", b'B"ob') == (plain_name(b"BOB"), plain_name(b'"B""ob"'))


def test_a_role_is_made_on_one_line() -> None:
    """A statement that is put into a dump moves no line."""
    assert 0 == role_maker(b"bob").count(b"\n")
