# Odoo 19: an existing tree (ODOO_SOURCE) or Debian's package, unpacked privately.
# Result: $RUNTIME/odoo/path holds the folder to put on Python's path.
# shellcheck shell=bash

ODOO_PACKAGES=(
    odoo-19 fonts-font-awesome fonts-roboto-unhinted fonts-montserrat
    fonts-inconsolata fonts-ocr-b libjs-jquery libjs-jquery-form libjs-underscore
)

step_odoo() {
    if [ -n "${ODOO_SOURCE:-}" ]; then
        odoo_from_source
    elif [ -e "$RUNTIME/stamps/odoo" ] && [ -e "$(odoo_path)/odoo/release.py" ]; then
        # A tree that was given once is remembered.
        note "Odoo $ODOO_SERIES is in $(odoo_path)"
    else
        odoo_from_debian
    fi
}

odoo_path() { cat "$RUNTIME/odoo.path" 2>/dev/null || echo /nonexistent; }

odoo_use() { # folder that contains the package "odoo"
    local found
    found="$(sed -n 's/^version_info = (\([0-9]*\), \([0-9]*\),.*/\1.\2/p' "$1/odoo/release.py")"
    [ "$found" = "$ODOO_SERIES" ] ||
        die "The tree in $1 is Odoo '${found:-unknown}', this suite needs $ODOO_SERIES." \
            "Set ODOO_SOURCE=/path/to/odoo-$ODOO_SERIES (a checkout of the branch $ODOO_SERIES)."
    printf '%s\n' "$1" >"$RUNTIME/odoo.path.new"
    mv "$RUNTIME/odoo.path.new" "$RUNTIME/odoo.path"
}

odoo_from_source() {
    local source folder
    source="$(cd "$ODOO_SOURCE" 2>/dev/null && pwd)" ||
        die "ODOO_SOURCE=$ODOO_SOURCE is not a folder."
    for folder in "$source" "$source/usr/lib/python3/dist-packages" "$source/.."; do
        if [ -e "$folder/odoo/release.py" ]; then
            odoo_use "$(cd "$folder" && pwd)"
            stamp_set odoo "source"
            note "using the Odoo tree in $(odoo_path)"
            return
        fi
    done
    die "ODOO_SOURCE=$ODOO_SOURCE has no odoo/release.py in it."
}

odoo_from_debian() {
    have apt-get && have dpkg-deb ||
        die "This machine has no apt, so Odoo cannot be fetched as a Debian package." \
            "Fetch Odoo $ODOO_SERIES yourself and set ODOO_SOURCE=/path/to/it."
    local debs="$RUNTIME/debs"
    if [ -e "$debs/complete" ] && (cd "$debs" && sha256sum --quiet -c complete); then
        note "reusing the downloaded packages"
    else
        odoo_download "$debs"
    fi
    odoo_unpack "$debs"
}

# The mirror that this machine's own sources name, without needing its lists.
debian_mirror() { # codename
    apt-get update --print-uris 2>/dev/null |
        sed -n "s#^'\(.*\)/dists/$1/InRelease'.*#\1#p" | head -n 1
}

# A private apt configuration in $RUNTIME/apt: the host's suite, and others for what it
# does not have.
apt_private() { # other suites…
    local codename mirror apt="$RUNTIME/apt"
    codename="$(. /etc/os-release && echo "${VERSION_CODENAME:-}")"
    mirror="$(debian_mirror "$codename")"
    [ -n "$mirror" ] ||
        die "No package mirror for '$codename' found in this machine's apt sources." \
            "Add one, or fetch Odoo $ODOO_SERIES yourself and set ODOO_SOURCE=/path/to/it."
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/etc"
    cat >"$apt/apt.conf" <<CONF
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "/dev/null";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/etc";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Sandbox::User "root";
APT::Default-Release "$codename";
Acquire::Languages "none";
Acquire::Retries "3";
CONF
    cat >"$apt/etc/debian.sources" <<CONF
Types: deb
URIs: $mirror
Suites: $codename $*
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
CONF
    APT_CONFIG="$apt/apt.conf" quietly apt-get -q update ||
        die "apt could not read the package lists of $codename $* from this machine's mirror." \
            "If it says 'not signed': install debian-archive-keyring." \
            "If it says 'not valid yet' or 'expired': a frozen mirror or a wrong clock;" \
            "  put 'Acquire::Check-Valid-Until \"false\";' into /etc/apt/apt.conf.d/ if you trust it." \
            "Or fetch Odoo $ODOO_SERIES yourself and set ODOO_SOURCE=/path/to/it."
}

odoo_download() { # target folder
    local new="$1.new"
    say "fetching Odoo $ODOO_SERIES by apt (about 125 MB)"
    apt_private sid
    rm -rf "$new"
    mkdir -p "$new"
    (cd "$new" && APT_CONFIG="$RUNTIME/apt/apt.conf" quietly apt-get -q download "${ODOO_PACKAGES[@]}") ||
        die "The download of Odoo's packages failed (see above)." \
            "Run the command again, or set ODOO_SOURCE=/path/to/an/odoo-$ODOO_SERIES."
    (cd "$new" && sha256sum ./*.deb >complete)
    rm -rf "$1"
    mv "$new" "$1"
}

odoo_unpack() { # folder of packages
    local root="$RUNTIME/odoo" new="$RUNTIME/odoo.new" deb broken
    local packages=usr/lib/python3/dist-packages
    say "unpacking Odoo"
    rm -rf "$new"
    mkdir -p "$new"
    for deb in "$1"/*.deb; do
        dpkg-deb -x "$deb" "$new"
    done
    broken="$(find "$new" -xtype l)"
    [ -z "$broken" ] ||
        die "Unpacked files point nowhere; a package of fonts or scripts has changed:" "$broken"
    odoo_complete_assets "$new/$packages"
    rm -rf "$root"
    mv "$new" "$root"
    odoo_use "$root/$packages"
    stamp_set odoo "debian $(hash_of "$1/complete")"
}

# Debian leaves this file out, and every build of the web assets logs an error for it.
# It is only used to blur the background in video calls.
odoo_complete_assets() { # folder that contains the package "odoo"
    local file="$1/odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    [ -e "$file" ] && return
    mkdir -p "$(dirname "$file")"
    echo "/* Background blur in calls is not part of this package. */" >"$file"
}
