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
        until grep -q a-word /run/log.txt; do n=$((n + 1)); [ $n -lt 40 ]; sleep 0.05; done'
}

# What a killed run leaves: nothing, within a second. $1 is the signal.
ends_with_all_below_it() {
    local mark=987$RANDOM child
    env --default-signal "$here/namespace" sleep "$mark" &
    child=$!
    sleep 1
    pgrep -f -x "sleep $mark" > /dev/null || return 1
    kill "-$1" "$child"
    wait "$child" 2> /dev/null || true
    sleep 0.5
    ! pgrep -f -x "sleep $mark" > /dev/null
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
