import { describe, expect, it } from "vitest";

import { preferred, text, TEXTS, type TextKey } from "../src/i18n/translate";

const KEYS = Object.keys(TEXTS.en) as TextKey[];
const places = (value: string): string[] => [...value.matchAll(/\{(\w+)/g)].map(([, name]) => name!).toSorted();

describe("texts", () => {
  it("are there in both languages, and no others", () => {
    expect(Object.keys(TEXTS.fr).toSorted()).toEqual(KEYS.toSorted());
    for (const key of KEYS) for (const locale of ["en", "fr"] as const) expect(TEXTS[locale][key].trim(), key).not.toBe("");
  });

  it("have the same places in both", () => {
    for (const key of KEYS) expect([...new Set(places(TEXTS.fr[key]))], key).toEqual([...new Set(places(TEXTS.en[key]))]);
  });

  it("leave nothing unfilled", () => {
    const values = Object.fromEntries(KEYS.flatMap((key) => places(TEXTS.en[key])).map((name) => [name, 2]));
    for (const key of KEYS) for (const locale of ["en", "fr"] as const) expect(text(locale, key, values)).not.toMatch(/[{}|]/);
  });

  it("count as each language does", () => {
    expect(text("en", "factsComposed", { parts: 1, bars: 0 })).toBe("1 part, 0 bars");
    expect(text("fr", "factsComposed", { parts: 1, bars: 0 })).toBe("1 partie, 0 mesure");
    expect(text("fr", "factsComposed", { parts: 4, bars: 8 })).toBe("4 parties, 8 mesures");
  });

  it("are those of the browser's first language that there is", () => {
    expect(preferred(["de-DE", "fr-CA", "en"])).toBe("fr");
    expect(preferred(["de"])).toBe("en");
    expect(preferred(["frr", "en-GB"])).toBe("en");
  });
});
