/** Scales, styles and moods that may be named, as theory lists them in the person's language. */
import { useEffect, useState } from "react";
import { CatalogueKind, type CatalogueEntry } from "@boumbapp/contract/boumbapp/theory/v2/theory_service_pb";

import type { Locale } from "../i18n/translate";
import { useStudio } from "../store/store";
import type { Labels } from "./chips";
import { experts } from "./experts";

export type ListName = "scale" | "style" | "mood";

const KINDS: Readonly<Record<ListName, CatalogueKind>> = { scale: CatalogueKind.SCALE, style: CatalogueKind.STYLE, mood: CatalogueKind.MOOD };
const kept = new Map<string, Promise<readonly CatalogueEntry[]>>();

/** What is asked for most stands first, the rest by name. */
const USUAL: readonly string[] = [
  "minor", "major", "dorian", "mixolydian", "phrygian", "lydian", "minor_pentatonic", "major_pentatonic", "blues", "harmonic_minor", "melodic_minor",
];

function rank({ slug }: CatalogueEntry): number {
  const place = USUAL.indexOf(slug);
  return place < 0 ? USUAL.length : place;
}

function inUsualOrder(entries: readonly CatalogueEntry[], locale: Locale): readonly CatalogueEntry[] {
  return entries.toSorted((one, other) => rank(one) - rank(other) || one.label.localeCompare(other.label, locale));
}

/** A list, asked for once in each language; asked for again after a failure. */
function entriesOf(name: ListName, locale: Locale): Promise<readonly CatalogueEntry[]> {
  const key = `${name}:${locale}`;
  let list = kept.get(key);
  if (!list) {
    list = experts()
      .catalogue({ kind: KINDS[name], locale, pageSize: 1000 })
      .then(({ entries }) => inUsualOrder(entries, locale))
      .catch(() => {
        kept.delete(key);
        return [];
      });
    kept.set(key, list);
  }
  return list;
}

/** A list of the catalogue; empty until it has come. */
export function useCatalogue(name: ListName): readonly CatalogueEntry[] {
  const locale = useStudio((state) => state.locale);
  const [entries, setEntries] = useState<readonly CatalogueEntry[]>([]);
  useEffect(() => {
    let current = true;
    void entriesOf(name, locale).then((list) => current && setEntries(list));
    return () => {
      current = false;
    };
  }, [name, locale]);
  return entries;
}

/** Names of everything that chips tell, by "scale:dorian". */
export function useLabels(): Labels {
  const lists = { scale: useCatalogue("scale"), style: useCatalogue("style"), mood: useCatalogue("mood") };
  const labels: Record<string, string> = {};
  for (const name of ["scale", "style", "mood"] as const) {
    for (const { slug, label } of lists[name]) labels[`${name}:${slug}`] = label;
  }
  return labels;
}
