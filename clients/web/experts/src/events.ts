// What streams tell. Members that a newer service adds to the contract are left out.

import type { BarReady, Completed, ComposingEvent as Message, Notice, Progress, Started } from "@boumbapp/contract/boumbapp/music/v2/events_pb.js";
import type { Bar } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import type { ChatCompleted, ChatMusic, ChatResponse, ChatSentence, ChatStarted } from "@boumbapp/contract/boumbapp/rag/v2/rag_service_pb.js";
import type { ExpertsError } from "./errors.js";

/** An event of a stream that composes or refines. */
export type ComposingEvent =
  /** First, and once: what was understood, and the parts. */
  | { kind: "started"; started: Started }
  /** A bar to draw and play. Each bar of a track comes once, also when the stream was lost in between. */
  | { kind: "bar"; track: string; bar: Bar; ready: BarReady }
  /** Something to tell: a fall-back, words that nothing used. `notice.message` is in the caller's language. */
  | { kind: "notice"; notice: Notice }
  | { kind: "progress"; progress: Progress }
  /** The stream was lost; it is asked for again after `inMs`. */
  | { kind: "lost"; attempt: number; inMs: number; error: ExpertsError }
  /** It goes on, after the `bars` that had come. */
  | { kind: "resumed"; bars: number }
  /** Last. */
  | { kind: "completed"; completed: Completed };

/** An event of an answer to a question. */
export type ChatEvent =
  | { kind: "started"; started: ChatStarted }
  | { kind: "sentence"; sentence: ChatSentence }
  /** Bars to play, such as an example. */
  | { kind: "music"; music: ChatMusic }
  | { kind: "notice"; notice: Notice }
  | { kind: "completed"; completed: ChatCompleted };

/** The event that a message stands for; undefined for what this version does not know. */
export function composingEvent(message: Message | undefined): ComposingEvent | undefined {
  const event = message?.event;
  switch (event?.case) {
    case "started":
      return { kind: "started", started: event.value };
    case "bar":
      return event.value.bar && { kind: "bar", track: event.value.track, bar: event.value.bar, ready: event.value };
    case "notice":
      return { kind: "notice", notice: event.value };
    case "progress":
      return { kind: "progress", progress: event.value };
    case "completed":
      return { kind: "completed", completed: event.value };
    default:
      return undefined;
  }
}

/** The same for an answer. */
export function chatEvent({ event }: ChatResponse): ChatEvent | undefined {
  switch (event.case) {
    case "started":
      return { kind: "started", started: event.value };
    case "sentence":
      return { kind: "sentence", sentence: event.value };
    case "music":
      return { kind: "music", music: event.value };
    case "notice":
      return { kind: "notice", notice: event.value };
    case "completed":
      return { kind: "completed", completed: event.value };
    default:
      return undefined;
  }
}
