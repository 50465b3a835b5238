// Prints what walk.js finds in Chromium, under a line with its version.
//
//     NODE_PATH=… node chromium.cjs http://127.0.0.1:PORT/ PROGRAM [ARGUMENT ...] > chromium.txt

"use strict";

const fs = require("node:fs");
const path = require("node:path");
const puppeteer = require("puppeteer-core");

async function main() {
  const [address, program, ...args] = process.argv.slice(2);
  const browser = await puppeteer.launch({ executablePath: program, pipe: true, args });
  const page = await browser.newPage();
  // A real page: about:blank has less.
  await page.goto(address);
  const walk = fs.readFileSync(path.join(__dirname, "walk.js"), "utf8");
  console.log(await browser.version());
  console.log(await page.evaluate(`${walk}\nwalk()`));
  await browser.close();
}

main();
