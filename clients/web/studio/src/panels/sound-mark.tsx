/** What is worth knowing of the connection and the sound, in one quiet line. */
import { useSyncExternalStore } from "react";

import { useText } from "../app/hooks";
import { onSound, soundState } from "../session/playing";
import { shownVersion, useStudio } from "../store/store";

/** A short line on the state of things. */
export function SoundMark() {
  const t = useText();
  const connection = useStudio((state) => state.connection);
  const draft = useStudio((state) => state.draft);
  const version = useStudio(shownVersion);
  const sound = useSyncExternalStore(onSound, soundState);
  const parts: string[] = [];
  if (connection !== "online") parts.push(t(connection));
  else if (draft) parts.push(draft.progress || (draft.piece.length && draft.kind === "compose" ? t("arriving", { n: draft.arrived.size, all: draft.piece.length * Math.max(draft.piece.parts.length, 1) }) : t("composing")));
  else if (version?.firstBarMs !== undefined) parts.push(t("firstBar", { ms: Math.round(version.firstBarMs) }));
  if (sound?.play === "waiting") parts.push(t("waitingForBar"));
  if (sound?.instruments === "loading") parts.push(t("loadingSounds"));
  if (sound?.instruments === "unavailable") parts.push(t("noSamples"));
  return (
    <p className="sound-mark" role="status" data-state={connection === "online" ? (draft ? "working" : "calm") : connection} title={sound ? t("latency", { ms: Math.round(sound.latencyMs) }) : undefined}>
      {parts.length > 0 && <i aria-hidden="true" />}
      {parts.join(" · ")}
    </p>
  );
}
