#!/usr/bin/env bash
# The start of the Postgres stand-in: the contract of the official image's entrypoint, as images/README.md lists it.
set -euo pipefail

# A bare option is the server's.
[[ ${1-} == -* ]] && set -- postgres "$@"

# NAME or NAME_FILE, or a default: read by whoever the server runs as, never by root.
setting() {
    local name=$1 file="$1_FILE" value=${2-}
    if [[ -n ${!name-} && -n ${!file-} ]]; then
        echo "error: both $name and $file are set, only one of them may be" >&2
        exit 1
    fi
    if [[ -n ${!name-} ]]; then value=${!name}; elif [[ -n ${!file-} ]]; then value=$(<"${!file}"); fi
    declare -gx "$name=$value"
    unset "$file"
}

own_directories() {
    mkdir -p "$PGDATA" /var/run/postgresql
    find "$PGDATA" \! -user postgres -exec chown postgres {} +
    find /var/run/postgresql \! -user postgres -exec chown postgres {} +
    chmod 700 "$PGDATA"
    chmod 3777 /var/run/postgresql
    if [[ -n ${POSTGRES_INITDB_WALDIR-} ]]; then install -d -o postgres -m 700 "$POSTGRES_INITDB_WALDIR"; fi
}

require_password() {
    [[ -n $POSTGRES_PASSWORD || $POSTGRES_HOST_AUTH_METHOD == trust ]] && return
    cat >&2 <<'TEXT'
Error: Database is uninitialized and superuser password is not specified.
       Set POSTGRES_PASSWORD (or POSTGRES_PASSWORD_FILE) to a non-empty value for the superuser,
       or POSTGRES_HOST_AUTH_METHOD=trust to let everybody in without one (not recommended).
TEXT
    exit 1
}

create_cluster() {
    local more=()
    if [[ -n ${POSTGRES_INITDB_WALDIR-} ]]; then more=(--waldir "$POSTGRES_INITDB_WALDIR"); fi
    # The arguments are shell words, as the official image takes them.
    eval "more+=(${POSTGRES_INITDB_ARGS-})"
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") "${more[@]}"
    printf '\nhost all all all %s\n' "$POSTGRES_HOST_AUTH_METHOD" >>"$PGDATA/pg_hba.conf"
}

query() { psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --no-password "$@"; }

run_script() {
    # shellcheck disable=SC1090 # the user's own file
    if [[ -x $1 ]]; then "$1"; else . "$1"; fi
}

run_init_files() {
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sh) echo "running $file"; run_script "$file" ;;
            *.sql) echo "running $file"; query --dbname "$POSTGRES_DB" --file "$file" ;;
            *.sql.gz) echo "running $file"; gunzip -c "$file" | query --dbname "$POSTGRES_DB" ;;
            *.sql.xz) echo "running $file"; xzcat "$file" | query --dbname "$POSTGRES_DB" ;;
            *.sql.zst) echo "running $file"; zstdcat "$file" | query --dbname "$POSTGRES_DB" ;;
            */\*) ;; # the folder is empty
            *) echo "ignoring $file" ;;
        esac
    done
}

# Nobody outside may take the server that only prepares for the real one: it listens on the unix socket alone.
prepare() {
    echo "PostgreSQL init process starting"
    create_cluster
    PGUSER=$POSTGRES_USER pg_ctl --wait --silent start -o "-c listen_addresses='' -p ${PGPORT:-5432} ${*@Q}"
    if [[ -z $(query --dbname postgres -At --set db="$POSTGRES_DB" <<<"SELECT 1 FROM pg_database WHERE datname = :'db'") ]]; then
        query --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db"'
    fi
    run_init_files
    PGUSER=$POSTGRES_USER pg_ctl --wait --silent --mode fast stop
    printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

if [[ ${1-} == postgres && $(id -u) == 0 ]]; then
    own_directories
    exec gosu postgres "$0" "$@"
fi

if [[ ${1-} == postgres ]]; then
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA" 2>/dev/null || true
    if [[ ! -s $PGDATA/PG_VERSION ]]; then
        setting POSTGRES_PASSWORD
        setting POSTGRES_USER postgres
        setting POSTGRES_DB "$POSTGRES_USER"
        setting POSTGRES_INITDB_ARGS
        export POSTGRES_HOST_AUTH_METHOD=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
        require_password
        export PGPASSWORD=$POSTGRES_PASSWORD
        prepare "${@:2}"
        unset PGPASSWORD
    else
        echo "PostgreSQL Database directory appears to contain a database; Skipping initialization"
    fi
fi

exec "$@"
