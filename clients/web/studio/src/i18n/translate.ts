/** The page's own texts. What experts say comes in the person's language from them. */
import { en } from "./en";
import { fr } from "./fr";

export type Locale = "fr" | "en";
export type TextKey = keyof typeof en;
export type Values = Readonly<Record<string, string | number>>;
export type Translate = (key: TextKey, values?: Values) => string;

export const TEXTS: Readonly<Record<Locale, Readonly<Record<TextKey, string>>>> = { en, fr };

/**
 * A text in a language, its places filled. "{n|bar|bars}" is the first form for one (and for zero in French).
 *
 * @param locale The language.
 * @param key Which text.
 * @param values What stands in its places.
 */
export function text(locale: Locale, key: TextKey, values: Values = {}): string {
  return TEXTS[locale][key].replace(/\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g, (_, name: string, one?: string, many?: string) => {
    const value = values[name] ?? "";
    if (one === undefined) return String(value);
    const number = Number(value);
    return number === 1 || (locale === "fr" && number === 0) ? one : many!;
  });
}

/** The language of a browser's user. */
export function preferred(languages: readonly string[]): Locale {
  for (const language of languages) {
    if (/^fr\b/i.test(language)) return "fr";
    if (/^en\b/i.test(language)) return "en";
  }
  return "en";
}
