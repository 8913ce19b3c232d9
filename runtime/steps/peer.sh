# Addons of others that ours are measured against, or joined to: account_reconcile_oca.
# They have a folder of their own, outside of the suite's addons path.
# shellcheck shell=bash

PEER="$RUNTIME/peer"
PEER_ADDONS="$PEER/odoo/addons"

# Fetch them from the package registry unless they are there.
peer_addons() {
    [ -d "$PEER_ADDONS/account_reconcile_oca" ] ||
        "$RUNTIME/venv/bin/pip" install -q --no-deps --target "$PEER" \
            "odoo-addon-account_reconcile_oca==19.0.*" \
            "odoo-addon-account_statement_base==19.0.*" ||
        die "The addon account_reconcile_oca cannot be had from the package registry."
}
