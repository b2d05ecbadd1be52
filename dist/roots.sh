# Sourced by build-packages and the tests of the packages: clean Debian systems
# in folders, each made once, and entered as copies that are thrown away.
# shellcheck shell=bash

# suite_of 12|13: its name in the archive.
suite_of() {
    case $1 in
        12) echo bookworm ;;
        13) echo trixie ;;
        *) return 1 ;;
    esac
}

# Prints those of this machine's own package sources that name its release, for the suite $1 instead.
sources_for() {
    local own
    own=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    {
        cat /etc/apt/sources.list 2> /dev/null || true
        awk '
            function out(  u, s) {
                if (types ~ /(^| )deb( |$)/) for (u in uris) for (s in suites) print "deb", uris[u], suites[s], components
                delete uris; delete suites; types = components = ""
            }
            FNR == 1 || /^[[:space:]]*$/ { out() }
            /^#/ { next }
            { value = $0; sub(/^[^:]*:[[:space:]]*/, "", value) }
            /^Types:/ { types = value }
            /^URIs:/ { split(value, uris, " ") }
            /^Suites:/ { split(value, suites, " ") }
            /^Components:/ { components = value }
            END { out() }' /dev/null /etc/apt/sources.list.d/*.sources 2> /dev/null || true
    } | awk -v own="$own" -v suite="$1" '
        $1 == "deb" {
            sub(/\[[^]]*\][[:space:]]*/, "") # options: keys are those that this machine trusts
            if ($3 == own || index($3, own "-") == 1) { sub("^" own, suite, $3); if (!seen[$0]++) print }
        }'
}

# root_make FOLDER 12|13 [--host] PACKAGE... [--hook COMMAND]: a system of that Debian with these packages in FOLDER,
# unless it is there already and was made by the same words. COMMAND has its path as $1. It is one to build in; with --host
# one without any tool for that, in which what apt knows and has fetched stays, so that it can install more without a
# network. 75 if the archive could not be reached.
root_make() {
    local folder=$1 suite words variant=buildd hook=()
    suite=$(suite_of "$2")
    shift 2
    words="$suite $*"
    if [ -e "$folder/made" ] && [ "$(cat "$folder/made")" = "$words" ]; then
        return 0
    fi
    local include=()
    while [ $# -gt 0 ]; do
        if [ "$1" = --hook ]; then
            hook+=(--customize-hook="$2")
            shift 2
        elif [ "$1" = --host ]; then
            variant=minbase
            hook+=(--skip=cleanup/apt/lists,cleanup/apt/cache)
            shift
        else
            include+=(--include="$1")
            shift
        fi
    done
    rm -rf "$folder"
    mkdir -p "$folder/layers"
    chmod 0700 "$folder"
    sources_for "$suite" > "$folder/sources"
    [ -s "$folder/sources" ] || { echo "no package source of this machine names its release" >&2; return 1; }
    # What a power cut leaves is made anew.
    # What it mounts there is gone with it, whatever becomes of it. The log ends with why, should it fail.
    if ! unshare -m --propagation private mmdebstrap --mode=root --variant="$variant" --aptopt='APT::Sandbox::User "root"' \
        --aptopt='Acquire::Retries "3"' --dpkgopt=force-unsafe-io "${include[@]}" "${hook[@]}" \
        --customize-hook='rm -f "$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap"' \
        "$suite" "$folder/root" "$folder/sources" > "$folder/log" 2>&1; then
        tail -n 20 "$folder/log" >&2
        grep -q "^I: downloading packages" "$folder/log" || return 75
        return 1
    fi
    printf '%s' "$words" > "$folder/made"
}

# root_copy FOLDER COMMAND...: runs COMMAND of this machine with a copy of FOLDER's system at $ROOT, in namespaces of its
# own, without a network but its own loopback, unless ROOT_NETWORK says "machine"; all that it changes there is thrown away.
root_copy() {
    local network=-n
    [ "${ROOT_NETWORK:-}" != machine ] || network=''
    # shellcheck disable=SC2016,SC2086
    unshare -m -p $network -f --kill-child --propagation private --mount-proc bash -eu -c '
        layers=$1/layers
        mount -t tmpfs -o mode=0755 layers "$layers"
        mkdir "$layers/upper" "$layers/work" "$layers/root"
        mount -t overlay -o "lowerdir=$1/root,upperdir=$layers/upper,workdir=$layers/work" overlay "$layers/root"
        export ROOT=$layers/root
        [ "${ROOT_NETWORK:-}" = machine ] || ip link set lo up
        shift
        exec "$@"' - "$@"
}

# root_enter FOLDER COMMAND...: as root_copy, ready for chroot.
root_enter() {
    local folder=$1
    shift
    # shellcheck disable=SC2016
    root_copy "$folder" bash -eu -c '
        mount -t proc proc "$ROOT/proc"
        mount --rbind /dev "$ROOT/dev"
        mount -t tmpfs -o mode=0755 run "$ROOT/run"
        mkdir -m 1777 "$ROOT/run/lock"
        exec "$@"' - "$@"
}

# root_boot FOLDER RESULT SECONDS COMMAND [WORD...] [-- NSPAWN-OPTION...]: boots a copy of FOLDER's system with systemd as
# process 1, and runs COMMAND, which is in there, as a service of it; what it says comes to stand in RESULT/out, its exit
# status in RESULT/status. Where it leaves RESULT/reboot it is run again after a reboot, with nothing in /run any more; where
# RESULT/own-filter is there, too, that boot has nspawn's own filter of system calls, as it is without an option.
# 125 if this machine cannot boot one.
root_boot() {
    local folder=$1 result=$2 seconds=$3 words=()
    shift 3
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        words+=("$1")
        shift
    done
    [ $# -eq 0 ] || shift
    command -v systemd-nspawn > /dev/null || return 125
    export SSOORG_COMMAND="${words[*]}"
    # A hierarchy of control groups of the second version: systemd of Debian 13 takes no other. nspawn keeps Landlock
    # from what it runs, unless it is named.
    # shellcheck disable=SC2016
    root_copy "$folder" bash -eu -c '
        result=$1
        seconds=$2
        shift 2
        umount -R /sys/fs/cgroup
        mount -t cgroup2 cgroup2 /sys/fs/cgroup
        group=$(mktemp -d /sys/fs/cgroup/ssoorg-test-XXXXXX)
        mkdir "$group/own"
        echo $$ > "$group/own/cgroup.procs"
        cat > "$ROOT/etc/systemd/system/ssoorg-test.service" << END
[Unit]
After=systemd-user-sessions.service ssh.service
[Service]
Environment=HOME=/root
StandardOutput=append:/result/out
StandardError=append:/result/out
ExecStartPre=touch /result/started
ExecStart=$SSOORG_COMMAND
ExecStopPost=/bin/sh -c "if rm /result/reboot 2> /dev/null; then systemctl --no-block reboot; else echo \$\$EXIT_STATUS > /result/status; systemctl --no-block poweroff; fi"
[Install]
WantedBy=multi-user.target
END
        mkdir -p "$ROOT/etc/systemd/system/multi-user.target.wants"
        ln -s ../ssoorg-test.service "$ROOT/etc/systemd/system/multi-user.target.wants/ssoorg-test.service"
        ln -sf /dev/null "$ROOT/etc/systemd/system/systemd-networkd-wait-online.service"
        # 133 is a reboot.
        rc=133
        while [ "$rc" = 133 ] && [ "$SECONDS" -lt "$seconds" ]; do
            rm -f "$result/started"
            filter=(--system-call-filter="landlock_create_ruleset landlock_add_rule landlock_restrict_self")
            [ ! -e "$result/own-filter" ] || filter=()
            timeout -k 10 "$((seconds - SECONDS))" systemd-nspawn --quiet --register=no --keep-unit -D "$ROOT" --console=pipe \
                --private-network --bind="$result:/result" "${filter[@]}" "$@" --boot < /dev/null >> "$result/console" 2>&1 &
            # It takes seconds. What has not come so far in minutes never will.
            for _ in {1..300}; do
                [ ! -e "$result/started" ] && kill -0 $! 2> /dev/null || break
                sleep 1
            done
            [ -e "$result/started" ] || kill $! 2> /dev/null || true
            rc=0
            wait $! || rc=$?
        done
        echo $$ > /sys/fs/cgroup/cgroup.procs
        find "$group" -depth -type d -exec rmdir {} + 2> /dev/null || true
        [ -e "$result/started" ] || exit 125' - "$result" "$seconds" "$@"
}
