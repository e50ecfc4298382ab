# Shared by the set-up scripts: how they talk, and how they install. Sourced, never run.
# shellcheck shell=bash

set -euo pipefail

SETUP_LOG="${ENVCTL_SETUP_LOG:-${XDG_CACHE_HOME:-$HOME/.cache}/envctl/setup.log}"
mkdir -p "$(dirname "$SETUP_LOG")"

# say PIECE TEXT: one line about one piece of the set-up.
say() { printf '%-8s %s\n' "$1" "$2"; }

# more TEXT...: lines that belong to the one before.
more() { printf '         %s\n' "$@"; }

# stop PIECE TEXT [LINE...]: nothing more can be done; the lines say what to do instead.
stop() {
    {
        say "$1" "stopped: $2"
        shift 2
        (($#)) && more "$@"
    } >&2
    exit 1
}

# logged COMMAND...: its output goes to the log, and to the terminal only when it fails.
logged() {
    local from status=0
    touch "$SETUP_LOG" && from=$(wc -c <"$SETUP_LOG")
    { printf '\n$ %s\n' "$*" && "$@" </dev/null; } >>"$SETUP_LOG" 2>&1 || status=$?
    if ((status)); then
        tail -c "+$((from + 1))" "$SETUP_LOG" | tail -n 25 | sed 's/^/         | /' >&2
        more "exit status $status; the whole log: $SETUP_LOG" >&2
    fi
    return "$status"
}

# tenths: the time, for `took`; in whole seconds where `date` knows no smaller ones.
tenths() {
    local now
    now=$(date +%s%1N)
    printf '%s' "${now/%[!0-9]*/0}"
}

# took SINCE: "3.2 s" since that moment.
took() {
    local t=$(($(tenths) - $1))
    printf '%d.%d s' $((t / 10)) $((t % 10))
}

have() { command -v "$1" >/dev/null 2>&1; }

# os KEY: a value of os-release, or nothing.
os() { (
    # shellcheck disable=SC1091 # the machine's own file
    [[ -r /etc/os-release ]] && . /etc/os-release && printf '%s' "${!1-}"
); }

apt_like() { have apt-get && [[ " $(os ID) $(os ID_LIKE) " == *" debian "* ]]; }

may_install() { [[ $(id -u) == 0 ]] && apt_like; }

# installed PACKAGE: is it on this machine?
installed() { [[ $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) == *" installed" ]]; }

# limited SECONDS COMMAND...: no longer than that, where the system can tell.
limited() {
    if have timeout; then timeout "$@"; else shift && "$@"; fi
}

# apt_install PIECE PACKAGE[/SUITE]...: announced, then done; two callers wait for one another.
apt_install() {
    local piece=$1 lock
    shift
    exec {lock}>"${SETUP_LOG%.log}.lock"
    flock "$lock"
    say "$piece" "installing on this machine: $*"
    apt_update
    logged apt_do_install "$@" 3>&1
    exec {lock}>&-
}

# apt_update: the lists of packages, unless this script has just got them.
apt_update() {
    local mark="${SETUP_LOG%.log}.apt-updated"
    if [[ -n $(find "$mark" -mmin -30 -newer /etc/apt/sources.list.d 2>/dev/null) ]]; then return; fi
    touch "$mark.new" # as old as the sources that are read now
    logged apt-get -o DPkg::Lock::Timeout=300 update
    mv "$mark.new" "$mark"
}

# apt_do_install PACKAGE...: apt's own list of what that brings goes to descriptor 3 before anything is fetched.
apt_do_install() {
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "$@" |
        while IFS= read -r line; do
            printf '%s\n' "$line"
            case $line in
                "The following"*NEW* | "The following"*upgraded* | "The following"*REMOVED* | "The following"*DOWNGRADED*)
                    listing=yes && printf '         t%s\n' "${line#T}" >&3 ;;
                "  "*) [[ -z ${listing-} ]] || printf '         %s\n' "$line" >&3 ;;
                *) listing="" ;;
            esac
        done
}
