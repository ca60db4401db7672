export { createExperts, type CallOptions, type Experts, type ExpertsOptions } from "./experts.js";
export { ExpertsError, type ErrorKind, type FieldProblem } from "./errors.js";
export type { ChatEvent, ComposingEvent } from "./events.js";
export {
  from,
  type ArrangeRequest,
  type ComposeRequest,
  type DrumsRequest,
  type RefineDrumsRequest,
  type RefinePartRequest,
  type RefineRequest,
} from "./requests.js";
export type { Patience } from "./resuming.js";
export { secondsLeft, type TokenProvider } from "./token.js";
export { midiFile, type MidiPart } from "./midi.js";
export { plain, sounding, toneEvents, type ToneEvent } from "./sounding.js";
export { play, type HeardNote, type HeardStroke, type Playback } from "./playback.js";
export { toBars, toNotes, type PieceNote } from "@boumbapp/note-form";
