# Sourced by run: each function is a check that tests/namespace keeps its word.
# shellcheck shell=bash disable=SC2154

namespace_leaves_no_change_behind() {
    "$here/namespace" sh -eu -c 'for d in /etc /usr /var /home /root /run; do echo x > $d/ssoorg-left; done
        rm /etc/passwd' || return 1
    for folder in /etc /usr /var /home /root /run; do
        [ ! -e "$folder/ssoorg-left" ] || return 1
    done
    [ -e /etc/passwd ]
}

namespace_has_a_network_of_its_own_if_asked() {
    local outside
    outside=$(readlink /proc/self/ns/net)
    [ "$("$here/namespace" readlink /proc/self/ns/net)" = "$outside" ] &&
        [ "$("$here/namespace" --own-network readlink /proc/self/ns/net)" != "$outside" ] &&
        "$here/namespace" --own-network python3 -c '
import socket
server = socket.create_server(("127.0.0.1", 53))
socket.create_connection(("127.0.0.1", 53)).close()'
}

namespace_passes_the_exit_status_on() {
    local rc=0
    "$here/namespace" sh -c 'exit 7' || rc=$?
    [ "$rc" = 7 ]
}

namespace_refuses_to_be_nested() {
    local rc=0
    "$here/namespace" "$here/namespace" true || rc=$?
    [ "$rc" = 125 ]
}

namespace_says_so_where_mounting_is_refused() {
    local rc=0
    setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$here/namespace" true 2> "$work/refused" || rc=$?
    [ "$rc" = 125 ] && grep -q "mounting is refused" "$work/refused"
}

namespace_hears_the_system_log() {
    # shellcheck disable=SC2016
    "$here/namespace" sh -eu -c 'logger -p auth.info a-word; n=0
        until grep -q a-word /run/log.txt; do n=$((n + 1)); [ $n -lt 2400 ]; sleep 0.05; done'
}

# runs MARK, is_gone MARK: whether "sleep MARK" runs here, and whether it does not.
runs() {
    pgrep -f -x "sleep $1" > /dev/null
}

is_gone() {
    ! runs "$1"
}

# soon CMD...: waits until CMD says yes; false if it does not in two minutes, tens of times the usual.
soon() {
    local tries=2400
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.05
    done
}

# What a killed run leaves: nothing. $1 is the signal.
ends_with_all_below_it() {
    local mark=987$$$RANDOM child
    env --default-signal "$here/namespace" sleep "$mark" &
    child=$!
    soon runs "$mark" || return 1
    kill "-$1" "$child"
    wait "$child" 2> /dev/null || true
    soon is_gone "$mark"
}

namespace_ends_all_below_it_when_terminated() {
    ends_with_all_below_it TERM
}

namespace_ends_all_below_it_when_interrupted() {
    ends_with_all_below_it INT
}

namespace_ends_all_below_it_when_killed() {
    ends_with_all_below_it KILL
}
