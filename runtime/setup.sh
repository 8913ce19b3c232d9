#!/bin/bash
# Build or complete the private runtime: Odoo, Python, PostgreSQL, commands, templates.
# Usage: setup.sh [demo|test|bench|base]     what it is for decides what it needs
# Every step leaves a finished result or none; a second run takes seconds.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib.sh"
for step in system odoo python postgres config template suite; do
    . "$here/steps/$step.sh"
done

purpose="${1:-demo}"
say "runtime in $RUNTIME"
lock_runtime
step_system "$purpose"
step_odoo
step_python
step_postgres
step_config
step_template
# Tests build the suite's template themselves: if an addon fails there, it is a result.
[ "$purpose" = test ] || step_suite
say "runtime ready"
