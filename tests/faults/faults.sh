#!/usr/bin/env bash
# Three tests of what faults do, by the control pipe.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill "$browser" 2> /dev/null || true; rm -rf "$folder"' EXIT
cat > "$folder/moving.html" << 'PAGE'
<title>moving</title><p id=count></p><script>
let n = 0;
(function next() { count.textContent = ++n; requestAnimationFrame(next); })();
</script>
PAGE
"${BULKHEAD:-bulkhead}" --headless --control-fifo "$folder/commands" --record "$folder/records" \
    2> "$folder/messages" &
browser=$!
until [ -p "$folder/commands" ]; do sleep 0.1; done

# ask COMMAND: has the browser do that. Prints the answer; fails if it was not done.
ask() {
    local id answer=
    id=$(date +%s%N)
    echo "#$id $*" > "$folder/commands"
    until [ -n "$answer" ]; do
        sleep 0.02
        answer=$(grep -s "\"id\":\"$id\"" "$folder/records" || true)
    done
    echo "$answer"
    [[ $answer == *'"done":true'* ]]
}

# open_tab: opens the page, waits until it is loaded, and prints the number of its tab.
open_tab() {
    local tab
    tab=$(ask "open file://$folder/moving.html" | sed 's/.*"tab":\([0-9]*\).*/\1/')
    ask "wait $tab loaded 60" > /dev/null
    echo "$tab"
}

tabs=()
for _ in 1 2 3 4 5; do tabs+=("$(open_tab)"); done
ask "kill ${tabs[2]}" > /dev/null
ask "wait ${tabs[2]} crashed 60" > /dev/null
for at in 0 1 3 4; do
    ask "activate ${tabs[at]}" > /dev/null
    ask "wait ${tabs[at]} frame 60" > /dev/null
done
echo "one of five tabs was killed, and the others paint"

tab=${tabs[4]}
ask "break $tab hang" > /dev/null
# A frame may still be on its way.
while ask "wait $tab frame 1" > /dev/null; do :; done
ask "kill $tab" > /dev/null
ask "wait $tab crashed 60" > /dev/null
ask "reload $tab" > /dev/null
ask "wait $tab loaded 60" > /dev/null
ask "wait $tab frame 60" > /dev/null
echo "a page hung, and came back"

for _ in 1 2 3 4 5 6 7 8 9 10; do
    # A new gpu process may still be on its way.
    until ask "break gpu crash" > /dev/null; do sleep 0.1; done
done
until ask "screenshot $tab $folder/page.png" > /dev/null; do sleep 0.1; done
ask "wait $tab frame 60" > /dev/null
echo "the gpu process died ten times, and the page paints"
echo quit > "$folder/commands"
wait "$browser"
