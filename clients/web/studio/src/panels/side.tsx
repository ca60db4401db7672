/** What was said: versions, reasons, answers. Beside the stage, or over it where there is no room. */
import { X } from "lucide-react";
import type { KeyboardEvent } from "react";

import { useText } from "../app/hooks";
import { set, useStudio, type SideTab } from "../store/store";
import { Answers } from "./answers";
import { Versions } from "./versions";
import { Why } from "./why";

const TABS: readonly SideTab[] = ["versions", "why", "ask"];

/** The side of the page. */
export function Side() {
  const t = useText();
  const tab = useStudio((state) => state.tab);
  const open = useStudio((state) => state.sideOpen);
  const turn = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length]!;
    set({ tab: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <aside className={`side${open ? " open" : ""}`} aria-label={t("conversation")}>
      <div className="tabs">
        <div role="tablist" aria-label={t("conversation")} onKeyDown={turn}>
          {TABS.map((each) => (
            <button type="button" role="tab" key={each} id={`tab-${each}`} aria-selected={each === tab} aria-controls="side-panel" tabIndex={each === tab ? 0 : -1} onClick={() => set({ tab: each, sideOpen: true })}>
              {t(`tab_${each}`)}
            </button>
          ))}
        </div>
        <button type="button" className="press side-close" aria-label={t("close")} onClick={() => set({ sideOpen: false })}>
          <X size={18} />
        </button>
      </div>
      <div className="side-panel" id="side-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
        {tab === "versions" ? <Versions /> : tab === "why" ? <Why /> : <Answers />}
      </div>
    </aside>
  );
}
