-- A schema with everything that masking trips over, for tests/seeds/test_catalogue.py. Of Postgres itself only.
CREATE SCHEMA "Odd.Schema";
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'Happy');
CREATE TYPE "Odd.Schema"."Pair" AS (a int, b text);
CREATE TYPE span AS RANGE (subtype = int4);
CREATE DOMAIN email AS varchar(80) NOT NULL CHECK (VALUE LIKE '%@%');
CREATE DOMAIN "Odd.Schema"."work e""mail" AS email CONSTRAINT short CHECK (length(VALUE) < 60);
CREATE DOMAIN emails AS email[] CHECK (cardinality(VALUE) < 9);
CREATE DOMAIN moods AS mood[];

CREATE TABLE "Odd.Schema"."Odd.Table" (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "e mail" "Odd.Schema"."work e""mail",
    "Upper" "char", code char(4), tag varchar(7)[], plain text, n name,
    few smallint, many bigint, price numeric(6, 2), any_number numeric, rough float8, coarse numeric(2, 5),
    born date, at timestamptz(3), clock timetz, wait interval, yes boolean, who uuid, ip inet, mac macaddr[],
    doc jsonb, old json, raw bytea, feeling mood, feelings moods, all_mails emails, nested emails[],
    pair "Odd.Schema"."Pair", range span, bits bit(3), tree int[][],
    lower_mail text GENERATED ALWAYS AS (lower("e mail"::text)) STORED UNIQUE,
    gone int, serial serial
);
ALTER TABLE "Odd.Schema"."Odd.Table" DROP COLUMN gone;
CREATE UNIQUE INDEX "by e mail" ON "Odd.Schema"."Odd.Table" (lower("e mail"::text), few) WHERE plain <> '';
CREATE UNIQUE INDEX covered ON "Odd.Schema"."Odd.Table" (code) INCLUDE (tag);
ALTER TABLE "Odd.Schema"."Odd.Table" ADD CONSTRAINT apart EXCLUDE USING gist (range WITH &&) WHERE (yes);
ALTER TABLE "Odd.Schema"."Odd.Table" ADD CONSTRAINT sane CHECK (few < many AND plain !~ 'a.*b');
ALTER TABLE "Odd.Schema"."Odd.Table" ADD CONSTRAINT later CHECK (lower_mail <> '') NOT VALID;

-- Composite and circular keys, one to itself, and one whose columns are in another order.
CREATE TABLE teams (country text, number int, boss int, PRIMARY KEY (country, number));
CREATE TABLE people (
    id int PRIMARY KEY, mail email UNIQUE, team_number int, team_country text, mentor int REFERENCES people,
    FOREIGN KEY (team_number, team_country) REFERENCES teams (number, country)
);
ALTER TABLE teams ADD CONSTRAINT led FOREIGN KEY (boss) REFERENCES people DEFERRABLE INITIALLY DEFERRED;

-- Partitions in two levels, and a key that leads to them.
CREATE TABLE events (
    id bigint, day date NOT NULL, person int REFERENCES people, note text, PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY HASH (id);
CREATE TABLE events_2024_0 PARTITION OF events_2024 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE TABLE replies (event bigint, day date, FOREIGN KEY (event, day) REFERENCES events (id, day));
CREATE TABLE logs (kind text, host text, line text) PARTITION BY LIST (lower(kind));
CREATE TABLE logs_web PARTITION OF logs (CONSTRAINT named CHECK (host <> '')) FOR VALUES IN ('web');

CREATE TABLE animals (name text NOT NULL);
CREATE TABLE dogs (barks boolean) INHERITS (animals);
CREATE TABLE puppies (age int) INHERITS (dogs);
CREATE TABLE nothing ();

CREATE FOREIGN DATA WRAPPER nobody;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER nobody;
CREATE FOREIGN TABLE far (mail text) SERVER elsewhere;

CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION twice(i int) RETURNS int LANGUAGE sql AS 'SELECT i * 2';
CREATE FUNCTION twice(t text) RETURNS text LANGUAGE sql AS 'SELECT t || t';
CREATE AGGREGATE product(int) (SFUNC = int4mul, STYPE = int, INITCOND = '1');
CREATE TRIGGER shy BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION quiet();
ALTER TABLE people DISABLE TRIGGER shy;
CREATE TRIGGER each BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION quiet();
CREATE VIEW busy AS SELECT person, count(*) FROM events GROUP BY 1;
CREATE MATERIALIZED VIEW kept AS SELECT mail FROM people;
CREATE MATERIALIZED VIEW empty AS SELECT mail FROM people WITH NO DATA;
CREATE UNIQUE INDEX kept_mail ON kept (mail);
CREATE RULE never AS ON DELETE TO nothing DO INSTEAD NOTHING;
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON people USING (id = 1);
CREATE SEQUENCE alone START 7;
CREATE STATISTICS together ON country, number FROM teams;
CREATE COLLATION german FROM "C";
SELECT lo_from_bytea(4711, '\xab');
ANALYZE;
