// Streams of the real mesh, as `POST .../Compose` with JSON told them, a line an event.

import { readFileSync } from "node:fs";
import { fromJson } from "@bufbuild/protobuf";
import type { ComposingEvent } from "@boumbapp/experts";
import { ComposingEventSchema } from "@boumbapp/contract/boumbapp/music/v2/events_pb";

import { startedPiece, emptyPiece, withArrived } from "../src/session/pieces";
import type { Piece } from "../src/store/project";

/** The events of a recording. */
export function recorded(name: string): ComposingEvent[] {
  const lines = readFileSync(new URL(`fixtures/${name}.jsonl`, import.meta.url), "utf-8").trim().split("\n");
  return lines.flatMap((line): ComposingEvent[] => {
    const { event } = fromJson(ComposingEventSchema, JSON.parse(line).event);
    switch (event.case) {
      case "started":
        return [{ kind: "started", started: event.value }];
      case "bar":
        return [{ kind: "bar", track: event.value.track, bar: event.value.bar!, ready: event.value }];
      case "notice":
        return [{ kind: "notice", notice: event.value }];
      case "completed":
        return [{ kind: "completed", completed: event.value }];
      default:
        return [];
    }
  });
}

/** The piece that a recording makes. */
export function recordedPiece(name: string): Piece {
  let piece = emptyPiece("boucle house 124 en la mineur, basse, accords, mélodie et batterie");
  for (const event of recorded(name)) {
    if (event.kind === "started") piece = startedPiece(piece, event.started, false);
    if (event.kind === "bar") piece = withArrived(piece, event.track, event.bar);
  }
  return piece;
}
