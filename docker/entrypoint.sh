#!/bin/bash
# Give Odoo the database password from a file, so that it is neither in the compose file
# nor among the arguments that "ps" shows. Everything else is Odoo's own environment:
# PGHOST, PGPORT, PGUSER, ODOO_RC, ODOO_<OPTION>.
set -e

if [ -n "$PGPASSWORD_FILE" ]; then
    PGPASSWORD="$(<"$PGPASSWORD_FILE")"
    export PGPASSWORD
fi
exec "$@"
