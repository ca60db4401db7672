// Drives Chromium for a test: commands come as lines of JSON on standard input, reports and results go out the same way.
// Usage: node driver.mjs CHROMIUM PAGE_URL LOCALE [CHROMIUM_OPTION...]

import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const [executablePath, url, locale, ...args] = process.argv.slice(2);
const tell = (message) => process.stdout.write(JSON.stringify(message) + "\n");

// Without these, Chromium looks for updates and for its maker's hosts at every start.
const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
const browser = await chromium.launch({ executablePath, args: [...quiet, ...args] });
const page = await browser.newPage({ locale });
page.on("pageerror", (error) => tell({ broken: String(error) }));
await page.exposeFunction("report", (report) => tell({ report }));
await page.goto(url);
await page.waitForFunction(() => "studio" in globalThis);
tell({ ready: await browser.version() });

const devtools = await page.context().newCDPSession(page);
/** What a person or the machine does to the page; all other calls are the page's own. */
const outside = {
  click: ({ selector }) => page.click(selector),
  freeze: () => devtools.send("Page.setWebLifecycleState", { state: "frozen" }),
  thaw: () => devtools.send("Page.setWebLifecycleState", { state: "active" }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, call, argument } = JSON.parse(line);
  if (call in outside) {
    outside[call](argument).then(() => tell({ id, result: {} }), (error) => tell({ broken: String(error) }));
    continue;
  }
  page
    .evaluate(([name, value]) => globalThis.studio[name](value), [call, argument])
    .then((result) => tell({ id, result: result ?? {} }), (error) => tell({ broken: String(error) }));
}
await browser.close();
