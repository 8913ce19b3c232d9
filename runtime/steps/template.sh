# The database template "tpl_account": Odoo with the suite's dependencies, no demo data.
# Nobody connects to it, so that a copy takes a fraction of a second.
# shellcheck shell=bash

TEMPLATE=tpl_account
TEMPLATE_MODULES=account,account_payment,queue_job

step_template() {
    local key
    key="$TEMPLATE_MODULES $(readlink "$RUNTIME/venv") $(odoo_path)"
    "$RUNTIME/bin/pg" up
    . "$RUNTIME/env.sh"
    if stamp_is template "$key" && database_exists "$TEMPLATE"; then
        note "the database template is there"
        return
    fi
    say "building the database template (about half a minute)"
    template_build
    stamp_set template "$key"
}

database_exists() { # name
    [ "$(psql -AtX -c "SELECT 1 FROM pg_database WHERE datname = '$1'")" = 1 ]
}

template_build() {
    local new="${TEMPLATE}_new"
    database_drop "$new"
    createdb -T template0 "$new"
    quietly "$RUNTIME/bin/odoo" -d "$new" -i "$TEMPLATE_MODULES" --stop-after-init --no-http ||
        die "Odoo could not build its first database (see above)."
    database_drop "$TEMPLATE"
    database_rename "$new" "$TEMPLATE"
}

database_drop() { # name
    PGOPTIONS="-c client_min_messages=warning" dropdb --if-exists --force "$1"
    # What a database of this name exported before is no proof about the next one.
    rm -rf "$RUNTIME/data/filestore/$1" "$RUNTIME/data/settlement_seals/$1.jsonl"
}

database_rename() { # old, new
    psql -qX -c "ALTER DATABASE \"$1\" RENAME TO \"$2\""
    [ ! -d "$RUNTIME/data/filestore/$1" ] ||
        mv "$RUNTIME/data/filestore/$1" "$RUNTIME/data/filestore/$2"
}

# A copy replaces what has its name. Files of the filestore are never rewritten in
# place, so that both databases can share them as hard links.
database_copy() { # from, to
    database_drop "$2"
    createdb -T "$1" "$2"
    [ ! -d "$RUNTIME/data/filestore/$1" ] ||
        cp -al "$RUNTIME/data/filestore/$1" "$RUNTIME/data/filestore/$2"
}
