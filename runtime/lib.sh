# Shared by all runtime scripts: paths, messages, stamps. Sourced, never run.
# shellcheck shell=bash

set -Eeuo pipefail
umask 022

CHECKOUT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
RUNTIME="${SETTLEMENT_RUNTIME:-$CHECKOUT/.runtime}"
case "$RUNTIME" in
    /*) ;;
    *) RUNTIME="$PWD/$RUNTIME" ;;
esac
# The part of the runtime that Odoo's own version decides.
ODOO_SERIES=19.0

export PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf '==> %s\n' "$*"; }
note() { printf '    %s\n' "$*"; }
die() {
    printf '\nERROR: %s\n' "$1" >&2
    shift
    [ $# -eq 0 ] || printf '       %s\n' "$@" >&2
    exit 1
}

is_root() { [ "$(id -u)" = 0 ]; }
have() { command -v "$1" >/dev/null 2>&1; }

# A step is done when its stamp holds the key of its present inputs.
stamp_is() { [ "$(cat "$RUNTIME/stamps/$1" 2>/dev/null)" = "$2" ]; }
stamp_set() {
    mkdir -p "$RUNTIME/stamps"
    printf '%s\n' "$2" >"$RUNTIME/stamps/$1.new"
    mv "$RUNTIME/stamps/$1.new" "$RUNTIME/stamps/$1"
}
hash_of() { cat "$@" | sha256sum | cut -c1-16; }

# Run a command quietly; show its output only when it fails.
quietly() {
    local log
    log="$(mktemp)"
    if "$@" >"$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    tail -n 40 "$log" >&2
    rm -f "$log"
    return 1
}

# Write standard input to a file at once, with a mode.
write_file() { # mode, path
    local new
    new="$(mktemp "$2.XXXXXX")"
    cat >"$new"
    chmod "$1" "$new"
    mv "$new" "$2"
}

# Two set-ups of one runtime at once would tread on each other.
lock_runtime() {
    mkdir -p "$RUNTIME"
    exec 9>"$RUNTIME/.lock"
    if ! flock -n 9; then
        say "another set-up of $RUNTIME is under way, waiting for it"
        flock 9
    fi
}
