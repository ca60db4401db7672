/** Back, forth, and the version before for comparison. */
import { Redo2, Undo2 } from "lucide-react";

import { useText } from "../app/hooks";
import { headOf, type Version } from "../store/project";
import { compare, redo, undo, useStudio } from "../store/store";

/** Three buttons; at the top, or with the versions where there is no room at the top. */
export function History() {
  const t = useText();
  const compared = useStudio((state) => state.compared);
  const parent = useStudio((state) => headOf(state.project)?.parent ?? null);
  const next = useStudio((state) => state.project.entries.some((entry): entry is Version => entry.type === "version" && entry.parent === state.project.head));
  return (
    <div className="group history" role="group" aria-label={t("history")}>
      <button type="button" className="press" aria-label={t("undo")} title={t("undo")} disabled={!parent} onClick={undo}>
        <Undo2 size={18} />
      </button>
      <button type="button" className="press" aria-label={t("redo")} title={t("redo")} disabled={!next} onClick={redo}>
        <Redo2 size={18} />
      </button>
      <button type="button" className="press ab" aria-pressed={compared !== null} aria-label={`A/B: ${t("compare")}`} title={t("compare")} disabled={!parent} onClick={compare}>
        A/B
      </button>
    </div>
  );
}
