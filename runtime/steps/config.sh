# What runs the runtime: odoo.conf, the key for credentials, env.sh, bin/odoo, bin/pg.
# Written anew by every set-up; nothing here may be edited by hand.
# shellcheck shell=bash

step_config() {
    mkdir -p "$RUNTIME/bin" "$RUNTIME/data"
    config_keys
    config_env
    config_odoo_conf
    config_launcher
    config_bin_pg
    config_bin_odoo
}

# One "id:base64 of 32 bytes" per line, the first is the current key.
config_keys() {
    local file="$RUNTIME/credential-keys"
    [ -s "$file" ] && return
    printf 'local1:%s\n' "$(head -c 32 /dev/urandom | base64 -w 0)" |
        (umask 077 && write_file 600 "$file")
}

config_env() {
    write_file 644 "$RUNTIME/env.sh" <<CONF
# . $RUNTIME/env.sh — psql, createdb and the rest reach the private PostgreSQL.
export PGHOST='$(pg_socket)' PGUSER='$PG_USER' PGDATABASE='\${PGDATABASE:-postgres}'
export PATH='$PG_BIN':"\$PATH"
CONF
    sed -i "s/PGDATABASE='\(.*\)'/PGDATABASE=\"\1\"/" "$RUNTIME/env.sh"
}

config_odoo_conf() {
    write_file 644 "$RUNTIME/odoo.conf" <<CONF
[options]
db_host = $(pg_socket)
db_user = $PG_USER
db_name = settlement_demo
list_db = False
data_dir = $RUNTIME/data
http_interface = 127.0.0.1
http_port = ${SETTLEMENT_PORT:-8069}
server_wide_modules = base,web,queue_job
; A test environment: connectors may talk to a stand-in server on this machine.
settlement_allow_loopback = True

[queue_job]
channels = root:2,root.settlement:2
CONF
}

config_launcher() {
    write_file 644 "$RUNTIME/bin/odoo-bin" <<'CONF'
"""Odoo's own command line, with one start-up message less.

Odoo knows no way to declare an option of an addon: it warns of every name in odoo.conf
that is not its own, and keeps the value, which is all that the suite needs.
"""

import logging

import odoo.cli


def is_about_foreign_option(record):
    return "unknown option 'settlement_" in record.getMessage()


logging.getLogger("odoo.tools.config").addFilter(
    lambda record: not is_about_foreign_option(record)
)

if __name__ == "__main__":
    odoo.cli.main()
CONF
}

config_bin_odoo() {
    write_file 755 "$RUNTIME/bin/odoo" <<CONF
#!/bin/bash
# Odoo in this runtime. SETTLEMENT_ADDONS_PATH: other addons than the checkout's.
set -e
. '$RUNTIME/env.sh'
addons="\${SETTLEMENT_ADDONS_PATH:-$CHECKOUT/addons}"
# Odoo warns about a folder without addons.
if compgen -G "\${addons%%,*}/*/__manifest__.py" >/dev/null; then
    export ODOO_ADDONS_PATH="\$addons"
fi
export ODOO_RC='$RUNTIME/odoo.conf'
if [ -z "\$SETTLEMENT_CREDENTIAL_KEYS" ]; then
    export SETTLEMENT_CREDENTIAL_KEYS_FILE="\${SETTLEMENT_CREDENTIAL_KEYS_FILE:-$RUNTIME/credential-keys}"
fi
unset PGDATABASE
'$RUNTIME/bin/pg' up
exec '$RUNTIME/venv/bin/python' '$RUNTIME/bin/odoo-bin' "\$@"
CONF
}

config_bin_pg() {
    {
        cat <<CONF
#!/bin/bash
# The private PostgreSQL: pg up | start | stop | status | log
PG_BIN='$PG_BIN' PG_DATA='$(pg_data)' PG_SOCKET='$(pg_socket)' PG_LOG='$(pg_log)'
PG_PREFIX=($(pg_prefix | xargs -r printf "'%s' "))
CONF
        cat <<'CONF'
set -e
cd /
ready() { "$PG_BIN/pg_isready" -q -d postgres -h "$PG_SOCKET"; }
pg_ctl() { "${PG_PREFIX[@]}" "$PG_BIN/pg_ctl" -D "$PG_DATA" "$@"; }
start() {
    # A socket folder under /tmp does not survive a restart of the machine.
    if [ ! -d "$PG_SOCKET" ]; then
        mkdir -m 700 -p "$PG_SOCKET"
        chown --reference="$PG_DATA" "$PG_SOCKET"
    fi
    # Descriptor 9 is a set-up's lock; the server must not keep it.
    if ! pg_ctl -w -t 120 -s -l "$PG_LOG" start 9>&- </dev/null; then
        echo "ERROR: PostgreSQL does not start; the end of $PG_LOG:" >&2
        tail -n 20 "$PG_LOG" >&2
        exit 1
    fi
}
case "${1:-}" in
    up) ready || {
            # Two commands at once: one starts, the other waits.
            exec 8>"${0%/bin/pg}/.pg.lock"
            flock 8
            ready || start 8>&-
        } ;;
    start) start ;;
    stop) ! pg_ctl status >/dev/null || pg_ctl -s -m fast stop ;;
    status) pg_ctl status ;;
    log) tail -n 100 "$PG_LOG" ;;
    *) sed -n 2p "$0" >&2; exit 2 ;;
esac
CONF
    } | write_file 755 "$RUNTIME/bin/pg"
}
