#!/bin/bash
# Start Odoo on a database of the runtime and say where it is. WORKERS=n: processes.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib.sh"

DATABASE="${1:-settlement_demo}"

# The wanted port, or the next one that nobody listens on.
free_port() {
    local port
    for port in $(seq "$1" $(($1 + 50))); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
    die "No free port between $1 and $(($1 + 50))." "Set SETTLEMENT_PORT=<another one>."
}

port="$(free_port "${SETTLEMENT_PORT:-8069}")"
options=(-d "$DATABASE" --http-port "$port" --log-level "${LOG_LEVEL:-warn}")
if [ "${WORKERS:-0}" -gt 0 ]; then
    options+=(--workers "$WORKERS" --gevent-port "$(free_port $((port + 1)))")
fi
say "Odoo is starting; stop it with Ctrl-C"
note "address   http://127.0.0.1:$port"
note "login     admin"
note "password  admin"
exec "$RUNTIME/bin/odoo" "${options[@]}"
