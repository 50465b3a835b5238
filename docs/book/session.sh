# What the experiments of the book share. In bash, at the root of the project:
#
#     source docs/book/session.sh

bulkhead_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PATH=${BULKHEAD_FOLDER:-$bulkhead_root/target/release}:$PATH
bulkhead_folder=$(mktemp -d)
cd "$bulkhead_folder" || return
# Crash records go into this folder, too.
export XDG_RUNTIME_DIR=$bulkhead_folder/session
mkdir -m 700 session
trap 'kill "$browser" 2> messages; rm -rf "$bulkhead_folder"' EXIT

# Starts a browser without a window. It reads commands from a named pipe and writes down what it does.
browse() {
    rm -f commands log
    mkfifo commands
    : > log
    { bulkhead --headless --record log --control-fifo commands "$@" 2> messages & } 2> /dev/null
    browser=$!
}

# Gives it a command; `help` lists them.
tell() { echo "$*" > commands; }

# Waits for a record that matches, or for so many of them, and shows the last one.
wait_for() {
    grep -m "${2:-1}" -e "$1" <(tail -n +1 -s 0.1 -f --pid="$browser" log 2> /dev/null) | tail -n 1
}

# The process that was sealed last for a role or a tab: `pid_of gpu`, `pid_of 1`.
pid_of() {
    grep '"record":"sealed"' log | grep -e "\"role\":\"$1\"" -e "\"tab\":$1," | tail -n 1 \
        | sed 's/.*"pid":\([0-9]*\).*/\1/'
}

# Waits until so many crash records are written, and shows who died of what.
deaths() {
    until [ "$(bulkhead crashes | grep -c '^[a-z]')" -ge "$1" ]; do sleep 0.1; done
    bulkhead crashes | grep '^[a-z]'
}

# Ends it.
leave() {
    tell quit
    wait "$browser" 2> /dev/null
}
