# The virtual environment: $RUNTIME/venv -> venvs/<key>, complete or absent.
# shellcheck shell=bash

# The system's interpreter first: its folders are open to every user of the machine.
python_find() {
    local candidate
    for candidate in ${SETTLEMENT_PYTHON:-/usr/bin/python3 python3 python3.13 python3.12 python3.11 python3.10}; do
        if "$candidate" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

step_python() {
    local python key venv
    python="$(python_find)" ||
        die "No Python 3.10 or newer with its venv module was found." \
            "As root on Debian: apt-get install python3 python3-venv" \
            "Another interpreter: SETTLEMENT_PYTHON=/path/to/python3"
    key="$( ("$python" -VV && odoo_path && cat "$CHECKOUT"/runtime/{requirements,requirements-odoo,constraints}.txt) | sha256sum | cut -c1-16)"
    venv="$RUNTIME/venvs/$key"
    if [ ! -e "$venv/complete" ]; then
        say "installing the Python libraries (about 240 MB)"
        python_build "$python" "$venv"
        touch "$venv/complete"
    else
        note "Python libraries are installed"
    fi
    ln -sfn "venvs/$key" "$RUNTIME/venv.new"
    mv -T "$RUNTIME/venv.new" "$RUNTIME/venv"
}

python_build() { # interpreter, folder
    local site requirements="$CHECKOUT/runtime/requirements.txt"
    rm -rf "$2"
    mkdir -p "$(dirname "$2")"
    quietly "$1" -m venv "$2" || die "python -m venv failed (see above)."
    site="$("$2/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
    odoo_path >"$site/odoo19.pth"
    python_describe_odoo "$site"
    python_psycopg2 "$2" "$site"
    quietly "$2/bin/pip" install -q -r "$requirements" -c "$CHECKOUT/runtime/constraints.txt" ||
        { note "the tested versions do not fit this machine, taking the newest ones"
          quietly "$2/bin/pip" install -q -r "$requirements"; } ||
        die "pip could not install the Python libraries (see above)." \
            "Check that this machine reaches its package index (pip config list), then run again."
    quietly "$2/bin/pip" check || die "The installed Python libraries contradict one another (see above)."
}

# psycopg2 without a compiler: the binary wheel, announced under the name Odoo asks for.
# Where there is no wheel, pip builds psycopg2 itself with everything else.
python_psycopg2() { # environment, its site-packages
    local version
    quietly "$1/bin/pip" install -q --only-binary :all: psycopg2-binary \
        -c "$CHECKOUT/runtime/constraints.txt" 2>/dev/null || return 0
    version="$("$1/bin/python" -c 'from importlib.metadata import version as v; print(v("psycopg2-binary"))')"
    python_announce "$2" psycopg2 "$version" psycopg2-binary
}

# A source tree is not an installed distribution; queue_job asks for one.
python_describe_odoo() { # site-packages
    compgen -G "$(odoo_path)/odoo-*-info" >/dev/null && return
    mapfile -t needs < <(grep -v '^#' "$CHECKOUT/runtime/requirements-odoo.txt")
    python_announce "$1" odoo "$ODOO_SERIES" "${needs[@]}"
}

python_announce() { # site-packages, name, version, requirements…
    local info="$1/$2-$3.dist-info" requirement
    mkdir -p "$info"
    {
        printf 'Metadata-Version: 2.1\nName: %s\nVersion: %s\n' "$2" "$3"
        for requirement in "${@:4}"; do
            printf 'Requires-Dist: %s\n' "$requirement"
        done
    } >"$info/METADATA"
    printf 'settlement-runtime\n' >"$info/INSTALLER"
    touch "$info/RECORD"
}
