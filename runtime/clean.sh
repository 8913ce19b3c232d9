#!/bin/bash
# Stop the private PostgreSQL and remove the runtime with all its databases.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib.sh"
. "$here/steps/postgres.sh"

[ -e "$RUNTIME/stamps" ] || { say "there is no runtime in $RUNTIME"; exit 0; }
[ ! -x "$RUNTIME/bin/pg" ] || "$RUNTIME/bin/pg" stop
place="$(pg_place)" socket="$(pg_socket)"
rm -rf "$place" "$socket" "$RUNTIME"
say "removed $RUNTIME"
