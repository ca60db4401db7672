/** A sheet over the page: the browser's own dialog, which keeps the focus and gives it back. */
import { X } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";

import { useText } from "../app/hooks";
import { set } from "../store/store";

interface Props {
  readonly title: string;
  readonly children: ReactNode;
}

/** Open while it is there. */
export function Sheet({ title, children }: Props) {
  const t = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog ref={dialog} className="sheet" aria-label={title} onClose={() => set({ sheet: null })} onClick={(event) => event.target === event.currentTarget && set({ sheet: null })}>
      <div className="sheet-inner">
        <header>
          <h2>{title}</h2>
          <button type="button" className="press" aria-label={t("close")} onClick={() => set({ sheet: null })}>
            <X size={18} />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
