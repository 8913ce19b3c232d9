# The private PostgreSQL server. It holds throw-away databases (demo, tests, bench).
# Where it lives and as whom it runs is decided once, at its creation:
# $RUNTIME/pg.place holds the folder, $RUNTIME/pg.mode how its user is taken on.
# shellcheck shell=bash

PG_USER=settlement

step_postgres() {
    pg_find_server
    if [ ! -e "$(pg_data)/PG_VERSION" ]; then
        say "creating the private PostgreSQL"
        pg_create
    fi
    pg_configure
}

pg_place() { cat "$RUNTIME/pg.place" 2>/dev/null || echo "$RUNTIME/pg"; }
pg_data() { echo "$(pg_place)/data"; }
pg_log() { echo "$(pg_place)/server.log"; }

# The path of a socket may not exceed 107 bytes.
pg_socket() {
    local folder
    folder="$(pg_place)/socket"
    if [ "${#folder}" -gt 85 ]; then
        folder="/tmp/settlement-$(id -u)-$(printf '%s' "$RUNTIME" | sha256sum | cut -c1-12)"
    fi
    echo "$folder"
}

# PG_BIN: the newest server installed, else Debian's packages unpacked privately.
pg_find_server() {
    local private="$RUNTIME/postgresql"
    PG_BIN="$(pg_installed)"
    [ -z "$PG_BIN" ] || return 0
    if [ ! -e "$private/complete" ]; then
        say "fetching PostgreSQL by apt, since no server is installed"
        pg_unpack "$private"
    fi
    PG_BIN="$private/bin"
}

pg_installed() {
    local initdb
    [ -z "${SETTLEMENT_PG_BIN:-}" ] || { echo "$SETTLEMENT_PG_BIN"; return; }
    # A cluster keeps working with the version that made it.
    initdb="$(compgen -G "/usr/lib/postgresql/$(cat "$(pg_data)/PG_VERSION" 2>/dev/null)*/bin/initdb" |
        sort -V | tail -n 1 || true)"
    [ -n "$initdb" ] || initdb="$(command -v initdb || true)"
    [ -z "$initdb" ] || dirname "$initdb"
}

pg_unpack() { # folder
    local deb packages
    have apt-get && have dpkg-deb ||
        die "No PostgreSQL server (initdb) was found." \
            "Install PostgreSQL 13 or newer, or set SETTLEMENT_PG_BIN=/folder/of/initdb."
    apt_private
    mapfile -t packages < <(pg_packages)
    rm -rf "$1.new"
    mkdir -p "$1.new/debs"
    (cd "$1.new/debs" && APT_CONFIG="$RUNTIME/apt/apt.conf" quietly apt-get -q download \
        "${packages[@]}") ||
        die "The download of PostgreSQL failed (see above). Run the command again."
    for deb in "$1.new"/debs/*.deb; do
        dpkg-deb -x "$deb" "$1.new"
    done
    rm -rf "$1.new/debs" "$1"
    # The commands below name their folder, so it has to be the final one.
    mv "$1.new" "$1"
    pg_wrap "$1"
    quietly "$1/bin/postgres" --version && quietly "$1/bin/psql" --version ||
        die "The fetched PostgreSQL does not run on this machine (see above)." \
            "Ask an administrator for: apt-get install postgresql"
    touch "$1/complete"
}

# The server of the host's suite, as its meta package names it, and the libraries that
# a bare machine may lack (those of the C compiler excepted: they are always there).
pg_packages() {
    local version
    version="$(apt_depends postgresql | sed -n 's/^postgresql-\([0-9]*\)$/\1/p' | head -n 1)"
    echo "postgresql-$version"
    echo "postgresql-client-$version"
    apt_depends --recurse "postgresql-$version" |
        grep -E '^lib(pq|llvm|icu|xml|xslt|ldap|sasl|krb5|gssapi|k5crypto|keyutils|ssl|edit|bsd|md|z3|ffi|lz4|zstd|uuid|numa)' |
        sort -u
}

apt_depends() { # apt-cache's arguments
    APT_CONFIG="$RUNTIME/apt/apt.conf" apt-cache depends --no-recommends --no-suggests \
        --no-conflicts --no-breaks --no-replaces --no-enhances "$@" |
        sed -n 's/^ *|\{0,1\}Depends: \([^<]*\)$/\1/p'
}

# Commands that find the private libraries without showing them to anybody else.
pg_wrap() { # folder
    local bin libraries command
    bin="$(dirname "$(find "$1/usr/lib/postgresql" -name initdb | head -n 1)")"
    libraries="$(find "$1/usr/lib" -name '*.so*' -path '*-linux-gnu*' -printf '%h\n' | sort -u | paste -sd:)"
    mkdir -p "$1/bin"
    for command in "$bin"/*; do
        write_file 755 "$1/bin/$(basename "$command")" <<WRAPPER
#!/bin/sh
LD_LIBRARY_PATH='$libraries' exec '$command' "\$@"
WRAPPER
    done
}

# PostgreSQL refuses to run as root: root takes on another user of the machine.
# "open": every folder above is enterable for that user; "reach": they are not,
# and the server keeps the one capability that lets it pass.
pg_prefix() {
    is_root || return 0
    local user=postgres group
    id -u "$user" >/dev/null 2>&1 || user=nobody
    group="$(id -g "$user")"
    echo setpriv "--reuid=$user" "--regid=$group" --clear-groups
    if [ "$(cat "$RUNTIME/pg.mode" 2>/dev/null)" = reach ]; then
        echo --inh-caps=-all,+dac_override --ambient-caps=-all,+dac_override
    fi
}

as_pg() { (cd / && $(pg_prefix) "$@"); }

pg_create() {
    local mode place
    for mode in open reach elsewhere; do
        place="$RUNTIME/pg"
        if [ "$mode" = elsewhere ]; then
            is_root || break
            place="$(mktemp -d /var/tmp/settlement-pg.XXXXXX)"
        fi
        printf '%s\n' "$mode" >"$RUNTIME/pg.mode"
        printf '%s\n' "$place" >"$RUNTIME/pg.place"
        rm -rf "$place"
        mkdir -p "$place"
        ! is_root || chown "$(pg_prefix | sed -n 's/.*--reuid=\([^ ]*\).*/\1/p')" "$place"
        if pg_initdb "$place" >"$RUNTIME/pg.create.log" 2>&1; then
            rm -f "$RUNTIME/pg.create.log"
            return
        fi
    done
    cat "$RUNTIME/pg.create.log" >&2
    rm -f "$RUNTIME/pg.place" "$RUNTIME/pg.mode"
    die "The private PostgreSQL could not be created (see above)."
}

pg_initdb() { # folder
    as_pg "$PG_BIN/initdb" -D "$1/data.new" -E UTF8 --locale=C.UTF-8 \
        -U "$PG_USER" -A trust --no-sync &&
        as_pg mkdir -m 700 -p "$(pg_socket)" &&
        as_pg mv "$1/data.new" "$1/data"
}

# Commits may be lost with the machine, never the integrity of the databases.
# SETTLEMENT_PG_FAST=1 gives up that too, for a runtime that only serves development.
pg_configure() {
    local memory conf
    memory="$(awk '/^MemTotal/ {mb = int($2 / 8192); print (mb > 1024 ? 1024 : mb < 64 ? 64 : mb)}' /proc/meminfo)"
    conf="$(
        cat <<CONF
listen_addresses = ''
unix_socket_directories = '$(pg_socket)'
max_connections = ${SETTLEMENT_PG_CONNECTIONS:-100}
shared_buffers = ${memory}MB
max_wal_size = 4GB
maintenance_work_mem = 256MB
# A run of matching has dozens of temporary tables, tests have many runs at once.
max_locks_per_transaction = 256
synchronous_commit = off
$([ -z "${SETTLEMENT_PG_FAST:-}" ] || printf 'fsync = off\nfull_page_writes = off\n')
CONF
    )"
    [ -e "$RUNTIME/pg.conf" ] && [ -z "${SETTLEMENT_PG_FAST:-}${SETTLEMENT_PG_CONNECTIONS:-}" ] && return
    printf '%s\n' "$conf" >"$RUNTIME/pg.conf"
    as_pg sh -c 'cat >"$0/settlement.conf"; grep -q settlement.conf "$0/postgresql.conf" ||
        echo "include = '"'settlement.conf'"'" >>"$0/postgresql.conf"' "$(pg_data)" <"$RUNTIME/pg.conf"
}
