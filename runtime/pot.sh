#!/bin/bash
# Write the translation template i18n/<addon>.pot of every addon, or of those named.
# Usage: pot.sh [addon …]        DB=name: from a database that has them installed,
#                                else from a copy of the suite's template
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib.sh"
. "$here/steps/template.sh"
. "$RUNTIME/env.sh"

database="${DB:-}"
export SETTLEMENT_ADDONS_PATH="$CHECKOUT/addons"
addons=("$@")
[ ${#addons[@]} != 0 ] ||
    mapfile -t addons < <("$RUNTIME/venv/bin/python" "$here/addon_list.py" names)

if [ -z "$database" ]; then
    database=settlement_pot
    database_copy tpl_suite "$database"
    trap 'database_drop settlement_pot' EXIT
fi

say "exporting the terms of ${addons[*]}"
quietly "$RUNTIME/bin/odoo" i18n export -d "$database" "${addons[@]}" ||
    die "Odoo could not export the terms (see above)." \
        "All these addons have to be installed in the database $database."

# The time of the export would be a change in each file every time.
for addon in "${addons[@]}"; do
    sed -i -E '/^"(POT-Creation|PO-Revision)-Date: /d' "$CHECKOUT/addons/$addon/i18n/$addon.pot"
done
