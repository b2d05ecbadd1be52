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

# root_make FOLDER 12|13 PACKAGE... [--hook COMMAND]: a system of that Debian with these packages in FOLDER, unless it is
# there already and was made by the same words. COMMAND has its path as $1.
root_make() {
    local folder=$1 suite words hook=()
    suite=$(suite_of "$2")
    shift 2
    words="$suite $*"
    if [ -e "$folder/made" ] && [ "$(cat "$folder/made")" = "$words" ]; then
        return 0
    fi
    local include=()
    while [ $# -gt 0 ]; do
        if [ "$1" = --hook ]; then
            hook=(--customize-hook="$2")
            shift 2
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
    # What it mounts there is gone with it, whatever becomes of it. The log ends with why, should it fail.
    if ! unshare -m --propagation private mmdebstrap --mode=root --variant=buildd --aptopt='APT::Sandbox::User "root"' \
        --aptopt='Acquire::Retries "3"' "${include[@]}" "${hook[@]}" \
        "$suite" "$folder/root" "$folder/sources" > "$folder/log" 2>&1; then
        tail -n 20 "$folder/log" >&2
        return 1
    fi
    printf '%s' "$words" > "$folder/made"
}

# root_enter FOLDER COMMAND...: runs COMMAND of this machine with a copy of FOLDER's system at $ROOT, in namespaces of its
# own, without a network but its own loopback; all that it changes there is thrown away.
root_enter() {
    local folder=$1
    shift
    # shellcheck disable=SC2016
    unshare -m -p -n -f --kill-child --propagation private --mount-proc bash -eu -c '
        folder=$1
        shift
        mount -t tmpfs -o mode=0755 layers "$folder/layers"
        mkdir "$folder/layers/upper" "$folder/layers/work" "$folder/layers/root"
        mount -t overlay -o "lowerdir=$folder/root,upperdir=$folder/layers/upper,workdir=$folder/layers/work" \
            overlay "$folder/layers/root"
        export ROOT=$folder/layers/root
        mount -t proc proc "$ROOT/proc"
        mount --rbind /dev "$ROOT/dev"
        mount -t tmpfs -o mode=0755 run "$ROOT/run"
        ip link set lo up
        exec "$@"' - "$folder" "$@"
}
