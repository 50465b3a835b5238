"""Three tests of what faults do, by the control pipe."""

import atexit
import itertools
import json
import os
import pathlib
import subprocess
import tempfile
import time

PAGE = """<title>moving</title><p id=count></p><script>
let n = 0;
(function next() { count.textContent = ++n; requestAnimationFrame(next); })();
</script>"""


class Browser:
    def __init__(self, folder):
        self.pipe = folder / "commands"
        os.mkfifo(self.pipe)
        program = os.environ.get("BULKHEAD", "bulkhead")
        arguments = ["--headless", "--control-fifo", str(self.pipe), "--record", "-"]
        self.process = subprocess.Popen(
            [program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        atexit.register(self.process.kill)
        self.ids = itertools.count(1)

    def ask(self, command):
        """Has the browser do that; returns the answer."""
        name = str(next(self.ids))
        with open(self.pipe, "w") as pipe:
            print(f"#{name} {command}", file=pipe)
        for line in self.process.stdout:
            record = json.loads(line)
            if record["record"] == "answer" and record["id"] == name:
                return record
        raise EOFError(command)

    def do(self, command):
        answer = self.ask(command)
        assert answer["done"], (command, answer["reason"])
        return answer

    def until_done(self, command):
        while not self.ask(command)["done"]:
            time.sleep(0.1)


def main(folder):
    page = folder / "moving.html"
    page.write_text(PAGE)
    browser = Browser(folder)
    tabs = [browser.do(f"open file://{page}")["tab"] for _ in range(5)]
    for tab in tabs:
        browser.do(f"wait {tab} loaded 60")
    killed = tabs.pop(2)
    browser.do(f"kill {killed}")
    browser.do(f"wait {killed} crashed 60")
    for tab in tabs:
        browser.do(f"activate {tab}")
        browser.do(f"wait {tab} frame 60")
    print("one of five tabs was killed, and the others paint")

    tab = tabs[-1]
    browser.do(f"break {tab} hang")
    while browser.ask(f"wait {tab} frame 1")["done"]:
        pass  # A frame may still be on its way.
    for command in ["kill {}", "wait {} crashed 60", "reload {}", "wait {} loaded 60", "wait {} frame 60"]:
        browser.do(command.format(tab))
    print("a page hung, and came back")

    for _ in range(10):
        # A new gpu process may still be on its way.
        browser.until_done("break gpu crash")
    browser.until_done(f"screenshot {tab} {folder / 'page.png'}")
    browser.do(f"wait {tab} frame 60")
    print("the gpu process died ten times, and the page paints")
    browser.do("quit")
    browser.process.wait()


with tempfile.TemporaryDirectory() as name:
    main(pathlib.Path(name))
