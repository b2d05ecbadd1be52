# Sourced by run and the demos: what they need of this machine before they begin.
# shellcheck shell=bash

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
top=$(dirname "$here")

build_packages=(meson ninja-build gcc pkg-config liblmdb-dev libcrypt-dev libpwquality-dev
    libcurl4-openssl-dev liboauth2-dev libcjose-dev libcjson-dev libjansson-dev libqrencode-dev libseccomp-dev
    libc-ares-dev libmd-dev libsmartcols-dev libidn2-dev libpsl-dev libpam0g-dev libpq-dev libssl-dev
    libcmocka-dev)
run_packages=(openssh-server openssh-client openssl sudo python3-pexpect python3-paramiko
    python3-cryptography)
test_packages=(ansible-core at clang cron fail2ban fish git zsh libpam-wrapper libnss-wrapper libuid-wrapper pamtester sshpass
    strace binutils iproute2 rsync tmux libnss-systemd mandoc putty-tools dropbear-bin valgrind libc6-dbg nsd
    polkitd postfix sasl2-bin libsasl2-modules mmdebstrap systemd-container uidmap podman)
# Of tests/fleet alone.
fleet_packages=(iproute2 postgresql)

require_root() {
    [ "$(id -u)" = 0 ] && return
    echo "$1: run this as root: it mounts, and starts an sshd" >&2
    exit 1
}

# quietly WHO WHAT CMD...: shows what CMD said only if it failed.
quietly() {
    local said
    echo "$1: $2 ..."
    shift 2
    said=$("$@" 2>&1) && return
    printf '%s\n' "$said" >&2
    exit 1
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null)" = installed ]
}

# Prints those of the named packages that are missing, and node's if need be.
missing_packages() {
    local name
    for name in "$@"; do
        is_installed "$name" || echo "$name"
    done
    command -v node > /dev/null || echo nodejs
    command -v npm > /dev/null || echo npm
}

agree() {
    local answer
    if [ ! -t 0 ]; then
        echo "missing packages: $*; install them, or say --yes" >&2
        return 1
    fi
    read -r -p "Install these Debian packages: $*? [y/N] " answer
    [ "$answer" = y ] || [ "$answer" = Y ]
}

# Of two runs side by side one waits for the other, which would have the lock and, in the end, the policy.
install_packages() {
    flock /run/ssoorg-test-packages.lock "$BASH" -c '. "$1" && shift && install_packages_alone "$@"' - \
        "$here/prepare.sh" "$@"
}

# A package may bring a service up; nothing may start on this machine for us.
install_packages_alone() {
    local policy=/usr/sbin/policy-rc.d own='' rc=0
    if [ ! -e "$policy" ]; then
        own=yes
        printf '#!/bin/sh\nexit 101\n' > "$policy"
        chmod 755 "$policy"
    fi
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout=900 install -q -y --no-install-recommends "$@"; } || rc=$?
    [ -z "$own" ] || rm -f "$policy"
    return "$rc"
}

# ensure_packages yes|ask NAME...
ensure_packages() {
    local how=$1 missing
    shift
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    [ "$how" = yes ] || agree "${missing[@]}" || return 1
    install_packages "${missing[@]}"
}

ensure_provider() {
    local folder=$here/provider
    [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] && return
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
}

# configure FOLDER [MESON-OPTION...]; the compiler is $CC, as always with meson.
configure() {
    local folder=$top/$1
    shift
    [ -f "$folder/build.ninja" ] || meson setup "$folder" "$top" "$@"
}

build() {
    configure "$@" && ninja -C "$top/$1"
}

# The files that an installation needs, without the tests.
installed_targets() {
    meson introspect --targets "$top/$1" | /usr/bin/python3 -c '
import json, os, sys
for target in json.load(sys.stdin):
    if target["installed"]:
        print(*(os.path.relpath(path, sys.argv[1]) for path in target["filename"]))' "$top/$1"
}

build_plain() {
    local targets
    # Named, since meson knows Debian's folder only where dpkg-dev is installed.
    configure build-plain --prefix=/usr --libdir="lib/$(gcc -print-multiarch)" \
        --buildtype=debugoptimized || return 1
    targets=$(installed_targets build-plain) || return 1
    # shellcheck disable=SC2086
    ninja -C "$top/build-plain" $targets
}
