/** What to try next: from the journal, which knows what pleased; from theory's own where it does not answer. */
import { SuggestionKind, type Suggestion } from "@boumbapp/contract/boumbapp/journal/v2/journal_service_pb";
import { create } from "@bufbuild/protobuf";

import { KeySchema, Role } from "../contract";
import { text } from "../i18n/translate";
import { headOf, type Idea, type Version } from "../store/project";
import { get, set } from "../store/store";
import { addPart, compose, recompose, refine } from "./composing";
import { experts } from "./experts";
import { setKey } from "./chips";

const KINDS: Readonly<Record<number, Idea["act"]>> = {
  [SuggestionKind.REFINEMENT]: "refine",
  [SuggestionKind.STYLE]: "style",
  [SuggestionKind.SCALE]: "scale",
  [SuggestionKind.PART]: "part",
};

const PARTS: Readonly<Record<string, Role>> = {
  melody: Role.MELODY,
  bass: Role.BASS,
  chords: Role.CHORDS,
  arpeggio: Role.ARPEGGIO,
  pad: Role.PAD,
  drums: Role.DRUMS,
};

const MOST = 3;

/** Ask what to try after a version. */
export async function suggestNext(version: Version): Promise<void> {
  const { piece } = version;
  const { locale } = get();
  const own = version.suggestions.map((words): Idea => ({ act: "compose", label: words, value: words, reason: "" }));
  let ideas = own;
  try {
    const style = piece.intent?.style;
    const scale = piece.intent?.key?.scale;
    const { suggestions } = await experts().suggest({
      ...(style && { style }),
      ...(scale && { scale }),
      roles: piece.parts.map((part) => part.role).filter((role) => role !== Role.UNSPECIFIED),
      count: 2,
      locale,
    });
    ideas = mixed(suggestions, own);
  } catch {
    // the journal is away: theory's own suggestions stand
  }
  if (headOf(get().project)?.id === version.id) set({ ideas: ideas.slice(0, MOST) });
}

/** One of each kind, in the order in which they are useful to a piece that is there already. */
function mixed(suggestions: readonly Suggestion[], own: readonly Idea[]): Idea[] {
  const { locale } = get();
  const named = suggestions.map(({ kind, value, label, reason }): Idea => {
    const act = KINDS[kind] ?? "refine";
    const shown = { refine: label, style: text(locale, "ideaStyle", { style: label }), scale: text(locale, "ideaScale", { scale: label }), part: text(locale, "ideaPart", { part: label }), compose: label }[act];
    return { act, value, label: shown, reason };
  });
  const firsts = (["refine", "part", "scale", "style"] as const).flatMap((act) => named.find((idea) => idea.act === act) ?? []);
  return [...firsts, ...named.filter((idea) => !firsts.includes(idea)), ...own];
}

/** Try one. */
export async function follow(idea: Idea): Promise<void> {
  const piece = headOf(get().project)?.piece;
  set({ ideas: [] });
  switch (idea.act) {
    case "compose":
      return compose(idea.value);
    case "refine":
      await refine(idea.value);
      return;
    case "style":
      if (piece) await recompose({ ...piece.overrides, style: idea.value }, idea.label);
      return;
    case "scale": {
      const tonic = piece?.intent?.key?.tonic ?? "C";
      return setKey(create(KeySchema, { tonic, scale: idea.value }), idea.label);
    }
    case "part":
      return addPart(PARTS[idea.value] ?? Role.MELODY, idea.label);
  }
}
