# System packages. Root on a machine with apt: what is missing is installed.
# Anybody else: the steps below do without, or say what an administrator has to install.
# shellcheck shell=bash

step_system() { # purpose: demo | test | lint | bench
    local wanted=()
    mapfile -t wanted < <(system_wanted "$1")
    if [ "${#wanted[@]}" = 0 ]; then
        return
    fi
    if ! is_root || ! have apt-get; then
        note "not installed on this machine: ${wanted[*]}"
        return
    fi
    say "installing system packages: ${wanted[*]}"
    quietly apt-get -q update || note "apt-get update failed, going on with the lists at hand"
    system_install "${wanted[@]}"
}

system_wanted() { # purpose
    python_find >/dev/null || echo python3-venv
    [ -n "$(pg_installed)" ] || echo postgresql
    if [ "$1" = test ] && ! browser_find >/dev/null; then
        echo chromium
    fi
    if [ "$1" = lint ] && ! have git; then
        echo git
    fi
}

# The order in which Odoo looks for a browser.
browser_find() {
    local name
    for name in google-chrome chromium chromium-browser google-chrome-stable; do
        command -v "$name" && return
    done
    return 1
}

system_install() { # packages…
    local package
    for package in "$@"; do
        [ "$package" != postgresql ] || system_no_cluster
        apt_install "$package" || {
            # Everything but the browser is needed; what it is needed for will say so.
            note "apt could not install $package (see above)"
        }
    done
    [ -z "${CLUSTER_CONF:-}" ] || sed -i '/^create_main_cluster = false$/d' "$CLUSTER_CONF"
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive quietly apt-get -q -y --no-install-recommends install "$@"
}

# Debian's package would create and start a cluster of its own on the usual port.
system_no_cluster() {
    apt_install postgresql-common || return 0
    local conf=/etc/postgresql-common/createcluster.conf
    grep -q '^create_main_cluster' "$conf" 2>/dev/null && return
    CLUSTER_CONF="$conf"
    echo "create_main_cluster = false" >>"$conf"
}
