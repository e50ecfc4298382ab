#!/bin/sh
# The start of the Redis stand-in: the contract of the official image's entrypoint, as images/README.md lists it.
set -e

# Options alone, or a configuration file alone, are the server's.
case "${1-}" in
    -* | *.conf) set -- redis-server "$@" ;;
esac

if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
    find . \! -user redis -exec chown redis {} +
    exec gosu redis "$0" "$@"
fi

# The official build has protected mode off unless somebody says otherwise; Debian's has it on.
if [ "$1" = redis-server ]; then
    case " $* " in
        *protected-mode*) said=yes ;;
        *) case "${2-}" in
            '' | -*) said= ;;
            *) said=$(grep -i '^[[:space:]]*protected-mode' "$2" || true) ;;
        esac ;;
    esac
    [ -n "$said" ] || set -- "$@" --protected-mode no
fi

umask 077
exec "$@"
