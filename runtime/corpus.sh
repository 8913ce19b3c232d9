#!/bin/bash
# The whole corpus in a fresh database: corpus.sh [SEEDS] [REPETITIONS] [OUT.json]
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib.sh"
. "$here/steps/template.sh"
. "$RUNTIME/env.sh"
export PGDATABASE=postgres

output="$(realpath -m "${3:-corpus.json}")"
database="${SETTLEMENT_CORPUS_DATABASE:-settlement_corpus}"
say "corpus in the database $database, report in $output"
database_copy tpl_suite "$database"
CORPUS_SEEDS="${1:-}" CORPUS_REPETITIONS="${2:-}" CORPUS_OUTPUT="$output" \
    CORPUS_FOLDER="$(dirname "$here")/tests" \
    exec "$RUNTIME/bin/odoo" shell -d "$database" --no-http --log-level=warn \
    < "$here/corpus.py"
