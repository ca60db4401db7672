/** Name of a part, and what can be done with it as a layer. */
import { Lock, LockOpen, Maximize2, Minimize2, RefreshCw, Sparkles, Volume2, VolumeX } from "lucide-react";

import { useText } from "../app/hooks";
import { Role } from "../contract";
import type { TextKey } from "../i18n/translate";
import { complete, regenerate } from "../session/composing";
import { emptyBars } from "../store/edit";
import { layerOf, type Part } from "../store/project";
import { changeLayer, get, set, shownPiece, useStudio } from "../store/store";

interface Props {
  readonly part: Part;
  readonly width: number;
  readonly height: number;
  readonly narrow: boolean;
}

const ROLES: Readonly<Record<number, TextKey>> = {
  [Role.MELODY]: "roleMelody",
  [Role.BASS]: "roleBass",
  [Role.CHORDS]: "roleChords",
  [Role.ARPEGGIO]: "roleArpeggio",
  [Role.PAD]: "rolePad",
  [Role.DRUMS]: "roleDrums",
};

/** The head of a lane. */
export function LaneHead({ part, width, height, narrow }: Props) {
  const t = useText();
  const layer = useStudio((state) => layerOf(state.project, part.id));
  const opened = useStudio((state) => state.opened === part.id);
  const gaps = useStudio((state) => !state.draft && emptyBars(part, shownPiece(state)?.length ?? 0).length > 0);
  const role = ROLES[part.role];
  const name = part.name;
  const state = layer.locked ? t("stateLocked") : layer.solo ? t("stateSolo") : layer.muted ? t("stateMuted") : role ? t(role) : "";
  const change = (what: Parameters<typeof changeLayer>[1]): void => changeLayer(part.id, what);
  return (
    <div className="lane-head" role="group" style={{ width, height }} aria-label={name} onFocusCapture={() => set({ active: part.id })} data-layer={part.id}>
      <div className="lane-title">
        <h2 title={name}>{name}</h2>
        <p>{state.toLowerCase() === name.toLowerCase() ? "" : state}</p>
      </div>
      <div className="lane-buttons">
        <button type="button" className="tiny" aria-pressed={layer.muted} aria-label={t("mutePart", { part: name })} title={t("mute")} onClick={() => change({ muted: !layer.muted })}>
          {layer.muted ? <VolumeX size={15} /> : <Volume2 size={15} />}
        </button>
        <button type="button" className="tiny letter" aria-pressed={layer.solo} aria-label={t("soloPart", { part: name })} title={t("solo")} onClick={() => change({ solo: !layer.solo })}>
          S
        </button>
        <button type="button" className="tiny" aria-pressed={layer.locked} aria-label={t("lockPart", { part: name })} title={t("lock")} onClick={() => change({ locked: !layer.locked })}>
          {layer.locked ? <Lock size={14} /> : <LockOpen size={14} />}
        </button>
        {gaps ? (
          <button type="button" className="tiny strong" aria-label={t("completePart", { part: name })} title={t("complete")} onClick={() => void complete(part.id)}>
            <Sparkles size={14} />
          </button>
        ) : (
          <button type="button" className="tiny" aria-label={t("regeneratePart", { part: name })} title={t("regenerate")} disabled={layer.locked} onClick={() => void regenerate(part.id)}>
            <RefreshCw size={14} />
          </button>
        )}
        <button type="button" className="tiny" aria-pressed={opened} aria-label={t(opened ? "closePart" : "openPart", { part: name })} title={t(opened ? "closeLane" : "openLane")} onClick={() => set({ opened: opened ? null : part.id })}>
          {opened ? <Minimize2 size={14} /> : <Maximize2 size={14} />}
        </button>
      </div>
      {(!narrow || opened) && (
        <input
          type="range"
          className="volume"
          min={0}
          max={1}
          step={0.05}
          value={layer.volume}
          aria-label={t("volumePart", { part: name })}
          onChange={(event) => change({ volume: event.currentTarget.valueAsNumber })}
        />
      )}
    </div>
  );
}

/** The part that keys of layers act on: the one that was worked with last. */
export function activePart(): string | undefined {
  const { active } = get();
  const parts = shownPiece(get())?.parts ?? [];
  return parts.find((part) => part.id === active)?.id ?? parts[0]?.id;
}
