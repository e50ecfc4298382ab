"""How a Postgres server's data becomes fit to be copied: shell scripts that the service's own image runs.

They are run as the unprivileged user of the server (its programs refuse root) and use nothing that a small image lacks.
"""

from __future__ import annotations

from collections.abc import Mapping

from envctl.workload import Freezing

USER = "postgres"
SUMMARIES = 17  # the first version that can summarize its log, and then wants `wal_level` to be more than minimal

# Of data that is thrown away when its building fails. The later word wins, so these win over the stack's settings.
# With no more than a minimal log, rows that are copied to a table made in the same transaction are not logged at all.
UNSAFE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "archive_mode": "off",
    "synchronous_standby_names": "",
    "max_logical_replication_workers": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
    "maintenance_work_mem": "256MB",
    "autovacuum": "off",  # once, at the end, is enough
    "unix_socket_directories": "/var/run/postgresql,.",  # in the data too: who has no network reaches it there
}

# Settings that leave data as it is. Whatever is not known to do so is taken to shape it: then another value makes
# other data, which costs a build and never gives somebody what his settings would not have made.
_HARMLESS = frozenset({
    "archive_command", "archive_library", "archive_timeout", "authentication_timeout", "autovacuum", "bgwriter_delay",
    "bgwriter_lru_maxpages", "checkpoint_completion_target", "client_min_messages", "commit_delay", "cpu_tuple_cost",
    "deadlock_timeout", "debug_print_plan", "effective_cache_size",
    "effective_io_concurrency", "hash_mem_multiplier", "hot_standby", "huge_pages",
    "idle_in_transaction_session_timeout", "idle_session_timeout", "jit", "listen_addresses", "lock_timeout",
    "logical_decoding_work_mem", "logging_collector", "maintenance_io_concurrency", "max_connections",
    "max_files_per_process", "max_locks_per_transaction", "max_parallel_maintenance_workers", "max_parallel_workers",
    "max_parallel_workers_per_gather", "max_prepared_transactions", "max_replication_slots", "max_stack_depth",
    "max_wal_senders", "max_worker_processes", "min_wal_size", "random_page_cost", "seq_page_cost", "shared_buffers",
    "statement_timeout", "superuser_reserved_connections", "temp_buffers", "temp_file_limit", "track_activities",
    "track_activity_query_size", "track_counts", "track_functions", "track_io_timing", "wal_buffers",
    "wal_writer_delay", "work_mem", *UNSAFE,
})  # fmt: skip

_BEGIN = """set -eu
refused() { echo "$1" >&2; exit 1; }
major=$(postgres --version | sed 's/^[^0-9]*\\([0-9]*\\).*/\\1/')
"""
_FIND = (
    _BEGIN
    + """data=
for at in "$1" "$1/$major/docker" "$1/data"; do
    if [ -e "$at/PG_VERSION" ]; then data=$at; break; fi
done
[ -n "$data" ] || refused "it holds no data of Postgres $major"
"""
)

# A server with a minimal log does not even start where there are slots; at rest they are no more than files.
CHECK = (
    _FIND
    + """version=$(cat "$data/PG_VERSION")
[ "$version" = "$major" ] || refused "it is data of Postgres $version, and the image is Postgres $major"
state=$(LC_ALL=C pg_controldata "$data" | sed -n 's/^Database cluster state: *//p')
if [ "$state" != "shut down" ]; then refused "its server was not shut down cleanly (${state:-no state is known})"; fi
for left in backup_label standby.signal recovery.signal; do
    [ ! -e "$data/$left" ] || refused "it is a backup or a standby that has not become a server of its own ($left)"
done
[ -z "$(ls -A "$data/pg_tblspc")" ] || refused "it has tablespaces, which lie outside of it"
link=$(find "$data" -type l | head -n 1)
[ -z "$link" ] || refused "${link#"$data/"} is a link, and what it leads to lies elsewhere"
rm -f "$data/postmaster.pid"
find "$data/pg_replslot" -mindepth 1 -delete
"""
)

# The log goes as a whole: values that are gone from every table stand there still. The rest is what pg_basebackup
# leaves out too, and what else a server makes anew when it starts.
TRIM = (
    _FIND
    + """pg_resetwal "$data" >/dev/null
for folder in pg_replslot pg_dynshmem pg_notify pg_serial pg_snapshots pg_stat_tmp pg_subtrans \\
    pg_logical/snapshots pg_logical/mappings pg_wal/archive_status log pg_log; do
    [ ! -d "$data/$folder" ] || find "$data/$folder" -mindepth 1 -delete
done
rm -f "$data/postmaster.opts" "$data/backup_manifest" "$data/backup_label.old" "$data/tablespace_map.old" \\
    "$data/current_logfiles" "$data/pg_stat/pg_stat_statements.stat"
find "$data/base" "$data/global" \\( -name pg_internal.init -o -name 'pgsql_tmp*' \\) -prune -exec rm -rf {} +
"""
)

_ASK = """set -eu
PGOPTIONS='-c search_path=pg_catalog -c default_transaction_read_only=off -c statement_timeout=0 -c lock_timeout=0'
PGUSER=$POSTGRES_USER PGCLIENTENCODING=UTF8
export PGOPTIONS PGUSER PGCLIENTENCODING
ask() { PGDATABASE=$1 psql --no-psqlrc --quiet --no-password --set=ON_ERROR_STOP=1 --tuples-only --no-align; }
"""

# A subscription is dropped without a word to its publisher, whose slot is not ours to take away.
SETTLE = (
    _ASK  # noqa: S608 – no value is ever put into it
    + """names=$(echo 'SELECT datname FROM pg_database WHERE datallowconn;' | ask postgres)
echo "$names" | while IFS= read -r name; do
    ask "$name" <<'SQL'
SELECT format(say, quote_ident(subname)) FROM pg_subscription JOIN pg_database d ON d.oid = subdbid,
    unnest(ARRAY['ALTER SUBSCRIPTION %s DISABLE', 'ALTER SUBSCRIPTION %s SET (slot_name = NONE)',
        'DROP SUBSCRIPTION %s']) WITH ORDINALITY AS said(say, number)
WHERE datname = current_database() ORDER BY subname, number
\\gexec
SQL
done
echo 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots;' | ask postgres >/dev/null
"""
)

ABOUT = (
    _ASK
    + """echo "libc=$( (getconf GNU_LIBC_VERSION || ldd --version || true) 2>&1 | grep -E '^(glibc|musl|Version)' |
    tr '\\n' ' ' | sed 's/ *$//')"
ask "${POSTGRES_DB:-$POSTGRES_USER}" <<'SQL'
SELECT 'version=' || current_setting('server_version');
SELECT 'collation=' || coalesce(to_jsonb(d) ->> 'datcollversion', '') FROM pg_database d
WHERE datname = current_database();
SQL
"""
)

# Only what makes up a cluster stays. Its configuration, which may archive to production, follow it or hold its keys,
# becomes the one that this image gives to a new server.
ADOPT = (
    _FIND
    + """[ "$(cat "$data/PG_VERSION")" = "$major" ] ||
    refused "it is data of Postgres $(cat "$data/PG_VERSION"), and the image is Postgres $major"
[ ! -e "$data/tablespace_map" ] || refused "it has tablespaces, which lie outside of it"
for entry in "$data"/* "$data"/.[!.]* "$data"/..?*; do
    case ${entry##*/} in
    PG_VERSION | base | global | pg_commit_ts | pg_dynshmem | pg_logical | pg_multixact | pg_notify | pg_replslot | \\
        pg_serial | pg_snapshots | pg_stat | pg_stat_tmp | pg_subtrans | pg_tblspc | pg_twophase | pg_wal | pg_xact | \\
        backup_label) ;;
    *) rm -rf "$entry" ;;
    esac
done
for folder in pg_commit_ts pg_dynshmem pg_notify pg_replslot pg_serial pg_snapshots pg_stat pg_stat_tmp pg_subtrans \\
    pg_tblspc pg_twophase pg_wal; do
    mkdir -p "$data/$folder"
done
find "$data/pg_replslot" "$data/pg_stat_tmp" -mindepth 1 -delete
fresh=$(mktemp -d)
initdb --no-sync --username="$POSTGRES_USER" --pgdata="$fresh" >/dev/null
cp "$fresh/postgresql.conf" "$fresh/postgresql.auto.conf" "$fresh/pg_hba.conf" "$fresh/pg_ident.conf" "$data/"
printf '\\nhost all all all %s\\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$data/pg_hba.conf"
rm -rf "$fresh"
chmod 700 "$data"
"""
)


def freezing(major: int, shaped_by: Mapping[str, str]) -> Freezing:
    """All of it, for a server of a major version; `shaped_by` are the settings that its data is made with."""
    unsafe = {**UNSAFE, **({"summarize_wal": "off"} if major >= SUMMARIES else {})}
    return Freezing(
        check=CHECK,
        trim=TRIM,
        settle=SETTLE,
        about=ABOUT,
        adopt=ADOPT,
        unsafe=tuple(word for key, value in unsafe.items() for word in ("-c", f"{key}={value}")),
        user=USER,
        slow_start=True,
        blank={"POSTGRES_DB": "postgres", "PGDATABASE": "postgres"},  # so one does for every project
        shaped_by=tuple(f"{key}={value}" for key, value in sorted(shaped_by.items()) if not _is_harmless(key)),
    )


def _is_harmless(setting: str) -> bool:
    return setting.lower() in _HARMLESS or setting.lower().startswith("log_")
