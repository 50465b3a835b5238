# What the experiments of the book share. In bash, at the root of the project:
#
#     source docs/book/session.sh

bulkhead_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PATH=${BULKHEAD_FOLDER:-$bulkhead_root/target/release}:$PATH
bulkhead_folder=$(mktemp -d)
browser=
cd "$bulkhead_folder" || return
: > messages
# `browse` sets another XDG_RUNTIME_DIR, and a compositor's socket must still be found.
case ${WAYLAND_DISPLAY:-} in
    '' | /*) ;;
    *) export WAYLAND_DISPLAY=$XDG_RUNTIME_DIR/$WAYLAND_DISPLAY ;;
esac
trap 'kill "$browser" 2> /dev/null; rm -rf "$bulkhead_folder"' EXIT

# Starts a browser, without a window or with one, and ends the one before. It reads commands from a
# named pipe, writes down what it does, and has a folder of its own for crash records.
browse() {
    local way=--headless
    if [ "$1" = --window ]; then
        shift
        if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
            way=
        else
            echo 'there is no display, so this browser has no window' >&2
        fi
    fi
    ! runs || leave
    rm -f "$bulkhead_folder/commands"
    mkfifo "$bulkhead_folder/commands"
    : > "$bulkhead_folder/log"
    XDG_RUNTIME_DIR=$(mktemp -d "$bulkhead_folder/browser.XXXX")
    export XDG_RUNTIME_DIR
    { (cd "$bulkhead_folder" && exec bulkhead $way --record log --control-fifo commands "$@" \
        2> messages) & } 2> /dev/null
    browser=$!
}

# Whether a browser runs.
runs() { [ -n "$browser" ] && kill -0 "$browser" 2> /dev/null; }

# Gives it a command; `help` lists them.
tell() {
    if runs; then
        echo "$*" > "$bulkhead_folder/commands"
    else
        echo 'no browser runs: start one with browse' >&2
        return 1
    fi
}

# Waits for a record that matches, or for so many of them, and shows the last one.
wait_for() {
    local found
    found=$(grep -m "${2:-1}" -e "$1" <(tail -n +1 -s 0.1 -f --pid="$browser" \
        "$bulkhead_folder/log" 2> /dev/null) | tail -n 1)
    if [ -n "$found" ]; then
        echo "$found"
    else
        echo "no such record, and no browser runs: $(tail -n 1 "$bulkhead_folder/messages")" >&2
        return 1
    fi
}

# Waits until that tab has loaded a page, or so many pages: `loaded 1`, `loaded 1 2`.
loaded() { wait_for "\"record\":\"loaded\",\"tab\":$1," "${2:-1}"; }

# Waits until that tab has crashed, or so many times.
crashed() { wait_for "\"record\":\"tab_crashed\",\"tab\":$1}" "${2:-1}"; }

# The process of a role, of the page that a tab shows, or the spare renderer: `pid_of gpu`,
# `pid_of 1`, `pid_of spare`.
pid_of() {
    local process which="\"role\":\"$1\""
    case $1 in
        spare) which='"role":"renderer","tier"' ;;
        *[!0-9]*) ;;
        *)
            process=$(grep '"record":"committed"' "$bulkhead_folder/log" | grep "\"tab\":$1," \
                | tail -n 1 | sed 's/.*"process":\([0-9]*\),.*/\1/')
            which="\"process\":$process,"
            ;;
    esac
    grep '"record":"sealed"' "$bulkhead_folder/log" | grep -e "$which" | tail -n 1 \
        | sed 's/.*"pid":\([0-9]*\),.*/\1/'
}

# The address of the demo site, which runs with `browse bulkhead://attack`.
demo_site() {
    local state=$bulkhead_folder/state
    rm -f "$state"
    tell state state || return
    until grep -q '"demo_url"' "$state" 2> /dev/null; do sleep 0.1; done
    sed -n 's/.*"demo_url":"\([^"]*\)".*/\1/p' "$state"
}

# Waits until this browser has so many crash records, and shows who died of what.
deaths() {
    until [ "$(bulkhead crashes | grep -c '^[a-z]')" -ge "$1" ]; do sleep 0.1; done
    bulkhead crashes | grep '^[a-z]'
}

# Ends it.
leave() {
    tell quit && wait "$browser" 2> /dev/null
    browser=
}

# The patch of a chapter's exercise.
patch_of() { sed -n '/^```diff$/,/^```$/{/^```/!p}' "$bulkhead_root/docs/book/src/$1.md"; }

# Applies it, and goes to the root of the project.
exercise() {
    patch_of "$1" | git -C "$bulkhead_root" apply - && cd "$bulkhead_root" \
        && echo "the patch is applied"
}

# Takes it back, and returns to the folder of the session.
undo() {
    patch_of "$1" | git -C "$bulkhead_root" apply -R - && cd "$bulkhead_folder" \
        && echo "the patch is taken back"
}
