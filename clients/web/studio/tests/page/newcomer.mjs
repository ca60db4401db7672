// The first three minutes of somebody who has never been here; the same by keyboard alone, by touch, and without a network.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { leave, open, place, plays, run, say, versions, versionsAre } from "./driver.mjs";

async function newcomer(browser, origin) {
  const page = await open(browser, origin, { locale: "fr-FR" });
  await page.evaluate(() => {
    addEventListener("click", () => (globalThis.pressed ??= performance.now()), true);
    const watch = () => {
      if (globalThis.pressed && document.querySelector(".tile")) globalThis.drawn ??= performance.now();
      if (!globalThis.drawn) requestAnimationFrame(watch);
    };
    watch();
  });
  await page.click(".example >> nth=0");
  await versionsAre(page, 1);
  await plays(page);
  const drawnMs = await page.evaluate(() => globalThis.drawn - globalThis.pressed);

  // A chip: another tempo, another key; it goes on playing.
  await page.click('[data-slot="bpm"]');
  await page.fill(".chip-editor input", "132");
  await page.press(".chip-editor input", "Enter");
  await versionsAre(page, 2);
  assert.match(await page.textContent('[data-slot="bpm"]'), /132/);
  await page.click('[data-slot="key"]');
  await page.click('.tonics .choice:has-text("Ré") >> nth=1');
  await page.click(".pick li button >> nth=0");
  await versionsAre(page, 3);
  assert.match(await page.textContent('[data-slot="key"]'), /Ré mineur/);
  await plays(page);

  // Words that cannot be followed stay in the conversation, with what could be said.
  await say(page, "plus de reverb sur le clap");
  await page.waitForSelector(".version.refused .answer");
  assert.match(await page.textContent(".version.refused .answer"), /reverb.*Essayez/s);

  await page.click('[data-layer="drums"] button[aria-label^="Verrouiller"]');
  await say(page, "basse une octave plus haut");
  await versionsAre(page, 4);
  assert.match(await page.textContent(".version.shown .facts"), /basse/);

  // What is locked stays when the rest is made again.
  const drums = () => page.locator('.lane-view[data-part="drums"] .lane-grid').getAttribute("aria-label");
  const before = await drums();
  await page.click('[data-slot="density"]');
  await page.click(".chip-editor .choice >> nth=2");
  await versionsAre(page, 5);
  assert.equal(await drums(), before);

  // Back, and forth, and by the list.
  await page.click('button[aria-label="Annuler"]');
  await page.click('button[aria-label="Rétablir"]');
  await page.click(".version-go >> nth=0");
  assert.match(await page.textContent('[data-slot="bpm"]'), /124/);
  await page.click(".version-go >> nth=3");

  await page.click('button[aria-label="Exporter"]');
  const [file] = await Promise.all([page.waitForEvent("download"), page.click('.exports button:has-text("MIDI")')]);
  const bytes = await readFile(await file.path());
  assert.equal(bytes.subarray(0, 4).toString(), "MThd");
  const [score] = await Promise.all([page.waitForEvent("download"), page.click('.exports button:has-text("MusicXML")')]);
  assert.match(await readFile(await score.path(), "utf-8"), /<score-partwise/);
  await page.keyboard.press("Escape");

  await page.waitForTimeout(700); // the project is kept shortly after a change
  await page.reload();
  await page.waitForSelector(".lane");
  assert.equal(await versions(page), 5);
  assert.match(await page.textContent(".version.shown .words"), /octave/);
  assert.equal(await page.getAttribute('[data-layer="drums"] button[aria-label^="Verrouiller"]', "aria-pressed"), "true");

  // The file that was saved opens as another project's music, by dropping it.
  await page.evaluate((data) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))], "house.mid"));
    document.querySelector(".app").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, bytes.toString("base64"));
  await page.waitForFunction(() => /house\.mid/.test(document.querySelector(".version.shown .words")?.textContent ?? ""));
  assert.equal(await page.locator(".lane").count(), 4);
  await leave(page);
  return { drawnMs: Math.round(drawnMs) };
}

async function byKeyboard(browser, origin) {
  const page = await open(browser, origin);
  const key = (name) => page.keyboard.press(name);
  const blur = () => page.evaluate(() => document.activeElement?.blur());
  await page.focus(".example >> nth=3");
  await key("Enter");
  await versionsAre(page, 1);
  await plays(page);
  await blur();
  await key("Space");
  await page.waitForSelector('.play[aria-label="Play"]');
  await key("Home");
  await page.waitForFunction(() => document.querySelector(".place-now")?.textContent === "1.1");

  await key("/");
  await page.keyboard.type("bass louder");
  await key("Enter");
  await versionsAre(page, 2);
  await key("Escape");
  await key("Control+z");
  await page.waitForFunction(() => document.querySelector(".version-go")?.parentElement.matches(".shown"));
  await key("Control+Shift+Z");

  // Notes, in a lane: one stop, arrows, and what is spoken.
  const lane = page.locator('.lane-view[data-part="bass"] .lane-grid');
  await lane.focus();
  await key("ArrowRight");
  await key("ArrowRight");
  const spoken = async () => page.textContent(`[id="${await lane.getAttribute("aria-activedescendant")}"]`);
  const first = await spoken();
  assert.match(first, /^[A-G]( sharp| flat)? \d, (degree \d|outside the scale), bar 1, beat \d/);
  await key("ArrowLeft");
  await key("Alt+ArrowUp");
  await versionsAre(page, 3);
  assert.notEqual(await spoken(), first);
  await key("+");
  await key("n");
  const [notes] = (await lane.getAttribute("aria-label")).match(/\d+(?= notes)/);
  await key("Delete");
  assert.match(await lane.getAttribute("aria-label"), new RegExp(`${Number(notes) - 1} notes`));
  await key("Escape");

  // The layer that was worked with last: muted, alone, locked, opened; then a bar is emptied and completed.
  const head = page.locator('[data-layer="bass"]');
  await head.locator("button >> nth=0").focus();
  for (const [letter, nth] of [["m", 0], ["s", 1], ["l", 2]]) {
    await key(letter);
    assert.equal(await head.locator(`button >> nth=${nth}`).getAttribute("aria-pressed"), "true", letter);
    await key(letter);
  }
  await lane.focus();
  await key("ArrowRight");
  const before = await versions(page);
  await key("Shift+Delete");
  await versionsAre(page, before + 1);
  await key("c");
  await versionsAre(page, before + 2);
  assert.doesNotMatch(await page.textContent('.lane-view[data-part="bass"] .lane-grid'), /Bar 1, empty/);

  // A chip, a rating, an answer with an example, the sheets.
  await page.focus('[data-slot="bars"]');
  await key("Enter");
  await page.focus('.chip-editor .choice:has-text("8")');
  await key("Enter");
  await versionsAre(page, before + 3);
  await page.focus(".version.shown .stars input >> nth=2");
  await key("ArrowRight");
  await page.waitForSelector(".stars label.on >> nth=3");
  await blur();
  await key("q");
  await page.keyboard.type("play me a hirajoshi scale");
  await key("Enter");
  await page.waitForSelector(".example-row button");
  assert.ok((await page.locator(".cite").count()) > 0);
  await page.focus(".example-row button >> nth=0");
  await key("Enter");
  await page.waitForSelector('.example-row button[aria-label^="Stop"]');
  await key("Enter");
  for (const letter of ["?", "o", "x"]) {
    await blur();
    await key(letter);
    await page.waitForSelector("dialog.sheet[open]");
    await key("Escape");
    await page.waitForSelector("dialog.sheet", { state: "detached" });
  }
  await leave(page);
}

async function byTouch(browser, origin) {
  const page = await open(browser, origin, { width: 390, height: 844, touch: true });
  await page.tap(".example >> nth=0");
  await page.waitForSelector(".lane");
  await plays(page);
  await page.waitForFunction(() => document.querySelector(".side-open")?.textContent === "1");
  await page.tap('[data-layer="bass"] button[aria-label^="Open"]');
  const lane = page.locator(".lane-grid");
  const box = await lane.boundingBox();
  for (let x = 12; x < 380 && !(await page.locator(".note-bar").count()); x += 14) {
    for (let y = 8; y < box.height && !(await page.locator(".note-bar").count()); y += 14) await page.touchscreen.tap(box.x + x, box.y + y);
  }
  await page.tap('.note-bar button[aria-label="Higher"]');
  await page.waitForFunction(() => document.querySelector(".side-open")?.textContent === "2");
  await page.tap('.note-bar button[aria-label="Close"]');
  await page.tap('[data-layer="bass"] button[aria-label^="Close"]');
  await page.tap('[data-layer="bass"] button[aria-label^="Lock"]');
  await page.tap(".side-open");
  await page.tap(".version-go >> nth=0");
  await page.tap(".version.shown .stars label >> nth=4");
  await page.waitForSelector(".stars label.on >> nth=4");
  await page.tap(".side-close");
  await page.tap('[data-slot="style"]');
  await page.waitForSelector(".pick li button");
  await page.tap('.pick li button:has-text("bossa")');
  await page.waitForFunction(() => /bossa/i.test(document.querySelector('[data-slot="style"]')?.textContent ?? ""));
  await leave(page);
}

async function withoutNetwork(browser, origin) {
  const page = await open(browser, origin);
  await page.click(".example >> nth=0");
  await versionsAre(page, 1);
  await page.context().setOffline(true);
  await page.waitForSelector(".banner");
  await plays(page); // what is here goes on
  const lane = page.locator('.lane-view[data-part="bass"] .lane-grid');
  await lane.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Delete");
  await versionsAre(page, 2);
  await page.context().setOffline(false);
  await page.waitForSelector(".banner", { state: "detached" });
  await say(page, "bass louder");
  await versionsAre(page, 3);
  assert.notEqual(await place(page), "");

  // The experts are away, the network is not: it is said, and goes on when they are back.
  await page.route("**/boumbapp.**", (route) => route.abort());
  await page.click(".modes label >> nth=2");
  await say(page, "what is a cadence?");
  await page.waitForSelector(".turn .answer");
  await page.click(".modes label >> nth=0");
  await page.evaluate(() => document.querySelector("#tab-versions").click());
  await say(page, "bass softer");
  await page.waitForSelector(".banner");
  await page.unroute("**/boumbapp.**");
  await versionsAre(page, 4);
  await page.waitForSelector(".banner", { state: "detached" });
  await leave(page, /ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to load resource/);
}

await run({ newcomer, byKeyboard, byTouch, withoutNetwork });
