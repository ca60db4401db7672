// The requests of streams that compose, and how each is asked for again with what came already.

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  ComposeRequestSchema as ArrangeSchema,
  PartSchema,
  RefineRequestSchema as RefineSchema,
  type ComposeRequest as ArrangeMessage,
} from "@boumbapp/contract/boumbapp/arranger/v2/arranger_service_pb.js";
import {
  ComposeRequestSchema as DrumsSchema,
  RefineRequestSchema as RefineDrumsSchema,
} from "@boumbapp/contract/boumbapp/drums/v2/drums_service_pb.js";
import {
  ComposeRequestSchema as ComposeSchema,
  RefineRequestSchema as RefineMelodySchema,
} from "@boumbapp/contract/boumbapp/melody/v2/melody_service_pb.js";
import type { Started } from "@boumbapp/contract/boumbapp/music/v2/events_pb.js";
import type { Bar } from "@boumbapp/contract/boumbapp/music/v2/music_pb.js";
import type { Again, Held } from "./resuming.js";

/** A part of pitched music to compose. */
export type ComposeRequest = MessageInitShape<typeof ComposeSchema>;
/** A groove to compose. */
export type DrumsRequest = MessageInitShape<typeof DrumsSchema>;
/** Several parts to compose. */
export type ArrangeRequest = MessageInitShape<typeof ArrangeSchema>;
/** An arrangement to change by words. */
export type RefineRequest = MessageInitShape<typeof RefineSchema>;
/** A pitched part to change by words or edits. */
export type RefinePartRequest = MessageInitShape<typeof RefineMelodySchema>;
/** A groove to change by words or edits. */
export type RefineDrumsRequest = MessageInitShape<typeof RefineDrumsSchema>;

export const composeAgain: Again<ComposeRequest> = (request, started, held) => {
  const whole = create(ComposeSchema, request);
  const bars = all(held);
  const has = new Set(bars.map(({ index }) => index));
  return {
    ...whole,
    seed: started.seed,
    givenBars: merged(whole.givenBars, bars),
    colour: whole.colour.filter((index) => !has.has(index)),
  };
};

export const drumsAgain: Again<DrumsRequest> = (request, started, held) => {
  const whole = create(DrumsSchema, request);
  return { ...whole, seed: started.seed, givenBars: merged(whole.givenBars, all(held)) };
};

export const arrangeAgain: Again<ArrangeRequest> = (request, started, held) => {
  const whole = create(ArrangeSchema, request);
  return { ...whole, seed: started.seed, parts: partsWith(whole, started, held) };
};

/** A refinement has all of its bars in the request: it is made once more, and what came is passed over. */
export function refineAgain<Request extends { seed?: number | undefined }>(request: Request, started: Started): Request {
  return { ...request, seed: started.seed };
}

/** The parts asked for, or else those that were chosen, each with its bars. */
function partsWith(request: ArrangeMessage, started: Started, held: Held): ArrangeMessage["parts"] {
  return started.tracks.map((track, at) => {
    const asked = request.parts[at] ?? create(PartSchema, { role: track.role });
    return { ...asked, id: track.id, givenBars: merged(asked.givenBars, held.get(track.id) ?? []) };
  });
}

/**
 * The request whose music goes on from bars that exist: those before `bar` stay, the others are made as it says. This is how
 * a change acts at the next bar line.
 *
 * @param request What is wanted from there on.
 * @param tracks The parts as they are, with their bars.
 * @param bar Index of the first bar to make.
 */
export function from(
  request: ArrangeRequest,
  tracks: readonly { id: string; role: number; program?: number | undefined; bars: readonly Bar[] }[],
  bar: number,
): ArrangeRequest {
  const asked = create(ArrangeSchema, request).parts;
  return {
    ...request,
    parts: tracks.map(({ id, role, program, bars }) => {
      const part = asked.find((each) => each.id === id) ?? create(PartSchema, { role });
      return { ...part, id, ...(program !== undefined && { program }), givenBars: bars.filter(({ index }) => index < bar) };
    }),
  };
}

function all(held: Held): Bar[] {
  return [...held.values()].flat();
}

/** Given bars and those that came since, which win. */
function merged(given: readonly Bar[], came: readonly Bar[]): Bar[] {
  const byIndex = new Map([...given, ...came].map((bar) => [bar.index, bar]));
  return [...byIndex.values()].toSorted((one, other) => one.index - other.index);
}
