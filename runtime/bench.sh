#!/bin/bash
# One benchmark in a fresh database: bench.sh NAME ROWS [OUT.json]
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib.sh"
. "$here/steps/template.sh"
. "$here/steps/peer.sh"
. "$RUNTIME/env.sh"
export PGDATABASE=postgres

name="${1:-}"
rows="${2:-}"
[ -n "$name" ] ||
    die "Which benchmark? make bench BENCH=ingest ROWS=10000 OUT=result.json"
options=()
[ -z "$rows" ] || options+=(--rows "$rows")
[ -z "${3:-}" ] || options+=(--out "$(realpath -m "$3")")

# What other addons do with the same rows; theirs stay out of ours.
if [ "$name" = match_peer ]; then
    peer_addons
    SETTLEMENT_ADDONS_PATH="${SETTLEMENT_ADDONS_PATH:-$CHECKOUT/addons},$PEER_ADDONS"
    export SETTLEMENT_ADDONS_PATH
fi

say "benchmark $name in the database settlement_bench"
database_copy tpl_suite settlement_bench
[ "$name" != match_peer ] ||
    "$RUNTIME/bin/odoo" -d settlement_bench -i account_reconcile_oca \
        --stop-after-init --no-http --log-level=warn
exec "$RUNTIME/bin/odoo" settlement bench "$name" -d settlement_bench "${options[@]}"
