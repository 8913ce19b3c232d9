#!/bin/bash
# Build or complete the private runtime: Odoo, Python, PostgreSQL, commands, template.
# Every step leaves a finished result or none; a second run takes seconds.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib.sh"
for step in system odoo python postgres config template; do
    [ ! -e "$here/steps/$step.sh" ] || . "$here/steps/$step.sh"
done

say "runtime in $RUNTIME"
lock_runtime
step_odoo
step_python
step_postgres
step_config
step_template
say "runtime ready"
