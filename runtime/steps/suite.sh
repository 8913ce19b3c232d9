# The database template "tpl_suite": every addon of the suite installed, web assets
# built, no data. Demo, tests and bench copy it; it is built anew when an addon changes.
# shellcheck shell=bash

SUITE=tpl_suite

step_suite() {
    local key addons
    . "$RUNTIME/env.sh"
    "$RUNTIME/bin/pg" up
    addons="$("$RUNTIME/venv/bin/python" "$CHECKOUT/runtime/addon_list.py" names)"
    key="$(suite_key)"
    if stamp_is suite "$key" && database_exists "$SUITE"; then
        note "the suite's database template is up to date"
        return
    fi
    say "building the suite's database template"
    suite_build "$(echo "$addons" | paste -sd, -)"
    stamp_set suite "$key"
}

suite_key() {
    echo "$("$RUNTIME/venv/bin/python" "$CHECKOUT/runtime/addon_list.py" hash)" \
        "$(cat "$RUNTIME/stamps/template" | sha256sum | cut -c1-16)" \
        "$(hash_of "$CHECKOUT/runtime/steps/suite.sh")"
}

suite_build() { # addons, comma between them
    local new="${SUITE}_new" log="$RUNTIME/logs/suite.log"
    mkdir -p "$RUNTIME/logs"
    rm -f "$RUNTIME/stamps/suite"
    database_copy "$TEMPLATE" "$new"
    : >"$log"
    if [ -n "$1" ]; then
        "$RUNTIME/bin/odoo" -d "$new" -i "$1" --stop-after-init --no-http >"$log" 2>&1 ||
            { tail -n 40 "$log" >&2; die "The addons could not be installed; the whole log is $log."; }
    fi
    # The first page and the first browser test would wait for these a quarter minute.
    "$RUNTIME/bin/odoo" shell -d "$new" --no-http --log-level=warn >>"$log" 2>&1 <<'PYTHON' ||
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
PYTHON
        { tail -n 40 "$log" >&2; die "The web assets could not be built; the whole log is $log."; }
    database_drop "$SUITE"
    database_rename "$new" "$SUITE"
}
