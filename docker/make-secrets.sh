#!/bin/bash
# Make the secrets of the compose file once: the database's password and the key that
# encrypts credentials of banks and providers. Keep a copy of the latter: without it the
# stored credentials cannot be read again.
#
# The folder is closed to other users of this machine. The files in it are readable,
# since the users inside the containers are not those of this machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

mkdir -p secrets
chmod 700 secrets

make_secret() { # name, content
    if [ -e "secrets/$1" ]; then
        echo "secrets/$1 is there, left as it is"
        return
    fi
    printf '%s\n' "$2" >"secrets/$1.new"
    chmod 444 "secrets/$1.new"
    mv "secrets/$1.new" "secrets/$1"
    echo "secrets/$1 made"
}

make_secret db_password "$(head -c 24 /dev/urandom | base64 | tr '+/' '-_')"
make_secret credential_keys "key1:$(head -c 32 /dev/urandom | base64)"
