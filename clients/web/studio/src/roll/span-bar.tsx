/** The bars that were chosen on the ruler, and what can be done with them. */
import { Lock, RefreshCw, X } from "lucide-react";

import { useText } from "../app/hooks";
import { regenerate } from "../session/composing";
import { changeProject, get, set, useStudio } from "../store/store";
import { activePart } from "./lane-head";

/** Shown while bars are chosen. */
export function SpanBar() {
  const t = useText();
  const span = useStudio((state) => state.span);
  const pointed = useStudio((state) => state.pointed);
  const locked = useStudio((state) => state.project.lockedBars);
  if (!span || pointed) return null;
  const bars = Array.from({ length: span.last - span.first + 1 }, (_, at) => span.first + at);
  const all = bars.every((bar) => locked.includes(bar));
  const toggle = (): void =>
    changeProject((project) => {
      const rest = project.lockedBars.filter((bar) => !bars.includes(bar));
      return { ...project, lockedBars: all ? rest : [...rest, ...bars].toSorted((one, other) => one - other) };
    });
  const again = (): void => {
    const part = activePart();
    if (part) void regenerate(part, get().span);
  };
  return (
    <div className="note-bar" role="toolbar" aria-label={t("chosenBars")}>
      <p className="note-name">
        <strong>{span.first === span.last ? t("oneBar", { bar: span.first + 1 }) : t("someBars", { first: span.first + 1, last: span.last + 1 })}</strong>{" "}
        <span className="note-facts">{t("playRound")}</span>
      </p>
      <div className="note-buttons">
        <button type="button" className="tiny wide" aria-pressed={all} onClick={toggle}>
          <Lock size={14} /> {t(all ? "unlockBars" : "lockBars")}
        </button>
        <button type="button" className="tiny wide" onClick={again}>
          <RefreshCw size={14} /> {t("regenerateHere")}
        </button>
        <button type="button" className="tiny" aria-label={t("close")} onClick={() => set({ span: null })}>
          <X size={15} />
        </button>
      </div>
    </div>
  );
}
