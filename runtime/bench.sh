#!/bin/bash
# One benchmark in a fresh database: bench.sh NAME ROWS [OUT.json]
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib.sh"
. "$here/steps/template.sh"
. "$RUNTIME/env.sh"
export PGDATABASE=postgres

name="${1:-}"
rows="${2:-}"
[ -n "$name" ] ||
    die "Which benchmark? make bench BENCH=ingest ROWS=10000 OUT=result.json"
options=()
[ -z "$rows" ] || options+=(--rows "$rows")
[ -z "${3:-}" ] || options+=(--out "$(realpath -m "$3")")

say "benchmark $name in the database settlement_bench"
database_copy tpl_suite settlement_bench
exec "$RUNTIME/bin/odoo" settlement bench "$name" -d settlement_bench "${options[@]}"
