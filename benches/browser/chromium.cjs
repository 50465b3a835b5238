// Drives Chromium by puppeteer-core for the bench. Reads one command a line, and answers each with
// one line of JSON: {"ms": number}, {"pid": number}, {"title": text}, {} or {"error": text}.
//
//     node chromium.cjs PROGRAM [ARGUMENT ...]
//
//     launch URL    starts it; ms until the page is loaded
//     new-tab URL   ms from the request for a new tab until its page is loaded
//     more-tabs N URL  N further tabs, loaded
//     kill-tab      kills the last tab's renderer; ms until the crash is reported
//     reload URL    ms until the page is there again
//     kill-network URL  kills the network service; ms until a page is loaded
//     kill-gpu      kills the gpu process; ms until there is a picture of the page again
//     title WORD    the page's title, once it begins with that
//     pid           of the main process
//     quit          ends it

"use strict";

const fs = require("node:fs");
const readline = require("node:readline");
const puppeteer = require("puppeteer-core");

const [program, ...programArguments] = process.argv.slice(2);
/** A try that takes longer than this is one that died with the process that it asked. */
const TRY_MS_MAX = 3000;
const BUSY_MS = 100;

let browser;
let session;
let page;

const rest = (ms) => new Promise((done) => setTimeout(done, ms));

function timeout(ms) {
  return new Promise((_, fail) => setTimeout(() => fail(new Error("timed out")), ms).unref());
}

/** Until it works: what was under way when a process died fails, and is asked again. */
async function insist(attempt) {
  for (let tries = 1; ; tries++) {
    try {
      return await Promise.race([attempt(), timeout(TRY_MS_MAX)]);
    } catch (error) {
      if (tries >= 200) throw error;
      await rest(1);
    }
  }
}

/** Until that page has fired its load event, whatever it had done before. */
function loaded(page) {
  return page.evaluate(
    () =>
      new Promise((done) => {
        const isThere = location.href !== "about:blank" && document.readyState === "complete";
        if (isThere) done();
        else addEventListener("load", () => done());
      }),
  );
}

async function timed(work) {
  const start = performance.now();
  await work();
  return { ms: performance.now() - start };
}

/** The process of the browser whose command line has that word. */
function processWith(word) {
  const processes = new Map();
  for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const line = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
      // proc_pid_stat(5): after the name come the state and the parent.
      const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
      processes.set(Number(pid), { line, parent: Number(stat.split(") ").pop().split(" ")[1]) });
    } catch {
      // It has just ended.
    }
  }
  const isOurs = (pid) => {
    for (let at = pid; at > 1; at = processes.get(at)?.parent ?? 0) {
      if (at === browser.process().pid) return true;
    }
    return false;
  };
  for (const [pid, { line }] of processes) {
    if (line.includes(word) && isOurs(pid)) return pid;
  }
  throw new Error(`no process with ${word}`);
}

/** The renderer of the page: the one that is busy while the page is. */
async function rendererOf(page) {
  const times = async () => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    const renderers = processInfo.filter((info) => info.type === "renderer");
    return new Map(renderers.map((info) => [info.id, info.cpuTime]));
  };
  for (let tries = 0; tries < 20; tries++) {
    const before = await times();
    await page.evaluate((ms) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    }, BUSY_MS);
    const used = [...(await times())].map(([pid, time]) => [time - (before.get(pid) ?? 0), pid]);
    const [[most, pid], next] = used.sort((a, b) => b[0] - a[0]);
    const isClear = most * 1000 > BUSY_MS / 3 && (!next || next[0] < most / 2);
    if (isClear) return pid;
  }
  throw new Error("the page's renderer cannot be told from the others");
}

const commands = {
  async launch(url) {
    const time = await timed(async () => {
      browser = await puppeteer.launch({
        executablePath: program,
        headless: true,
        pipe: true,
        args: [...programArguments, url],
        ignoreDefaultArgs: ["about:blank"],
      });
      page = await insist(async () => {
        const [first] = await browser.pages();
        await loaded(first);
        return first;
      });
    });
    session = await browser.target().createCDPSession();
    return time;
  },

  async "new-tab"(url) {
    // One request with the address, as a user's click is; `newPage` and `goto` take longer.
    return timed(async () => {
      const opened = new Promise((done) => {
        browser.once("targetcreated", done);
      });
      await session.send("Target.createTarget", { url });
      page = await (await opened).page();
      await insist(() => loaded(page));
    });
  },

  async "more-tabs"(count, url) {
    for (let n = 0; n < Number(count); n++) await commands["new-tab"](url);
    return {};
  },

  async "kill-tab"() {
    const pid = await rendererOf(page);
    return timed(async () => {
      const reported = new Promise((done) => {
        page.once("error", done);
      });
      process.kill(pid, "SIGKILL");
      await reported;
    });
  },

  async reload() {
    return timed(() => page.reload());
  },

  async "kill-network"(url) {
    const pid = processWith("network.mojom.NetworkService");
    return timed(async () => {
      process.kill(pid, "SIGKILL");
      await insist(() => page.goto(url));
    });
  },

  async "kill-gpu"() {
    const pid = processWith("--type=gpu-process");
    return timed(async () => {
      process.kill(pid, "SIGKILL");
      await insist(() => page.screenshot({ optimizeForSpeed: true }));
    });
  },

  async title(word) {
    await page.waitForFunction((word) => document.title.startsWith(word), { timeout: 0 }, word);
    return { title: await page.title() };
  },

  async pid() {
    return { pid: browser.process().pid };
  },

  async quit() {
    await browser.close();
    return {};
  },
};

async function main() {
  console.log("{}");
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [name, ...rest] = line.split(" ");
    let answer;
    try {
      answer = await commands[name](...rest);
    } catch (error) {
      answer = { error: String(error.message ?? error) };
    }
    console.log(JSON.stringify(answer));
  }
  await browser?.close();
}

main();
