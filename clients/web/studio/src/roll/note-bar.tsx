/** The note that is pointed at: what it is, why it is so, and what can be done with it, for fingers and for eyes. */
import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Minus, Plus, Trash2, X } from "lucide-react";
import { useMemo, type ReactNode } from "react";

import { useText } from "../app/hooks";
import { Role } from "../contract";
import { printed } from "../music/names";
import { timelineOf } from "../music/time";
import { changePointed, emptyBar, removePointed } from "../session/editing";
import { set, shownPiece, shownVersion, useStudio } from "../store/store";
import { pitchTowards } from "./lane-keys";
import { shapesOf } from "./shapes";
import { beatOf, noteName, pieceName } from "./speech";

/** What is shown while a note is pointed at. */
export function NoteBar() {
  const t = useText();
  const pointed = useStudio((state) => state.pointed);
  const piece = useStudio(shownPiece);
  const version = useStudio(shownVersion);
  const locale = useStudio((state) => state.locale);
  const part = piece?.parts.find((each) => each.id === pointed?.part);
  const timeline = useMemo(() => piece && timelineOf(piece.parts.map((each) => each.bars), piece.length, piece.intent?.meter), [piece]);
  if (!pointed || !piece || !part || !timeline) return null;
  const shape = shapesOf(part, piece, timeline).find((each) => each.bar === pointed.bar && each.id === pointed.id);
  if (!shape) return null;
  const drums = part.role === Role.DRUMS;
  const name = drums ? pieceName(shape.pitch, t) : printed(noteName(shape, piece), locale);
  const { beat } = beatOf(shape, timeline);
  const reasons = version?.corrections.filter((each) => each.part === part.id && each.bar === shape.bar && each.correction.id === shape.id) ?? [];
  const press = (label: string, icon: ReactNode, act: () => void): ReactNode => (
    <button type="button" className="tiny" aria-label={label} title={label} onClick={act}>
      {icon}
    </button>
  );
  const pitch = (direction: 1 | -1): void => changePointed(pointed, { pitch: pitchTowards(direction, shape, part, piece, drums, false) });
  return (
    <div className="note-bar" role="toolbar" aria-label={t("noteTools")}>
      <p className="note-name">
        <span className="swatch" style={{ background: drums ? "var(--hit)" : `var(--degree-${shape.degree})` }} data-outside={shape.outside} />
        <strong>{name}</strong> <span className="note-facts">{drums ? "" : `${t(shape.outside ? "outsideScale" : "degree", { degree: shape.degree })} · `}{t("barBeat", { bar: shape.bar + 1, beat })} · {t("velocityIs", { velocity: shape.velocity })}</span>
      </p>
      <div className="note-buttons">
        {press(t("moveLeft"), <ArrowLeft size={15} />, () => changePointed(pointed, { step: shape.step - 1 }))}
        {press(t("moveRight"), <ArrowRight size={15} />, () => changePointed(pointed, { step: shape.step + 1 }))}
        {press(t("moveUp"), <ArrowUp size={15} />, () => pitch(1))}
        {press(t("moveDown"), <ArrowDown size={15} />, () => pitch(-1))}
        {press(t("softer"), <Minus size={15} />, () => changePointed(pointed, { velocity: shape.velocity - 8 }))}
        {press(t("louder"), <Plus size={15} />, () => changePointed(pointed, { velocity: shape.velocity + 8 }))}
        {press(t("removeNote"), <Trash2 size={15} />, () => removePointed(pointed))}
        <button type="button" className="tiny wide" onClick={() => emptyBar(part.id, shape.bar)}>
          {t("emptyBar")}
        </button>
        {press(t("close"), <X size={15} />, () => set({ pointed: null }))}
      </div>
      {reasons.map(({ correction }) => (
        <p className="reason" key={correction.explanation}>
          {correction.explanation}
        </p>
      ))}
    </div>
  );
}
