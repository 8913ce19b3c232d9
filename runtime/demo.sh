#!/bin/bash
# Companies with three months of business: database settlement_demo, made anew each
# time. SERVE=0 stops after the summary. SEED=2: another world; MONTHS=1 ORDERS=300: a
# smaller one; SIMULATE="…": any further options of the simulator.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib.sh"
. "$here/steps/template.sh"
. "$RUNTIME/env.sh"
unset PGDATABASE
export PGDATABASE=postgres

DATABASE=settlement_demo
odoo="$RUNTIME/bin/odoo"

say "creating the database $DATABASE"
database_copy tpl_suite "$DATABASE"

if "$RUNTIME/venv/bin/python" "$here/addon_list.py" names 2>/dev/null | grep -qx settlement_demo; then
    say "simulating the business"
    # shellcheck disable=SC2086
    "$odoo" settlement simulate -d "$DATABASE" --seed "${SEED:-1}" \
        --months "${MONTHS:-3}" --orders "${ORDERS:-5000}" --compare ${SIMULATE:-} ||
        die "The simulator failed (see above); the database $DATABASE is left as it is."
else
    note "there is no addon settlement_demo here: the company stays empty"
fi

[ "${SERVE:-1}" = 0 ] || exec "$here/serve.sh" "$DATABASE"
