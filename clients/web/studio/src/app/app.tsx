/** The page. */
import { MessageSquare } from "lucide-react";
import { useEffect, useState, type DragEvent } from "react";

import { Chips } from "../panels/chips";
import { Header } from "../panels/header";
import { Ideas } from "../panels/ideas";
import { Prompt } from "../panels/prompt";
import { Sheets } from "../panels/sheets";
import { Side } from "../panels/side";
import { Welcome } from "../panels/welcome";
import { NoteBar } from "../roll/note-bar";
import { Stage } from "../roll/stage";
import { SpanBar } from "../roll/span-bar";
import { openProjectFile } from "../session/projects";
import { set, shownPiece, useStudio } from "../store/store";
import { useText } from "./hooks";

const TOAST_MS = 6000;

/** Everything. */
export function App() {
  const t = useText();
  const piece = useStudio(shownPiece);
  const locale = useStudio((state) => state.locale);
  const theme = useStudio((state) => state.theme);
  const connection = useStudio((state) => state.connection);
  const news = useStudio((state) => state.project.entries.length);
  const [dragging, setDragging] = useState(false);
  useEffect(() => {
    document.documentElement.lang = locale;
    document.documentElement.dataset["theme"] = theme;
  }, [locale, theme]);
  const over = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setDragging(true);
  };
  const drop = (event: DragEvent): void => {
    setDragging(false);
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    void openProjectFile(file);
  };
  return (
    <div className={`app${dragging ? " dragging" : ""}`} onDragOver={over} onDragLeave={(event) => event.currentTarget === event.target && setDragging(false)} onDrop={drop}>
      <a className="skip" href="#sentence">{t("skipToSentence")}</a>
      <Header />
      {connection !== "online" && (
        <p className="banner" role="alert">{t(connection === "offline" ? "bannerOffline" : "bannerReconnecting")}</p>
      )}
      <Chips />
      <main className="middle">
        {piece && (piece.parts.length > 0 || piece.length > 0) ? <Stage piece={piece} /> : piece ? <Waiting /> : <Welcome />}
        <Side />
      </main>
      <footer className="bottom">
        <NoteBar />
        <SpanBar />
        <Ideas />
        <div className="say">
          <Prompt />
          <button type="button" className="press line side-open" aria-label={news > 0 ? `${t("openConversation")}, ${news}` : t("openConversation")} onClick={() => set({ sideOpen: true })}>
            <MessageSquare size={20} />
            {news > 0 && <span>{news}</span>}
          </button>
        </div>
      </footer>
      <Sheets />
      <Toast />
      {dragging && <p className="drop" aria-hidden="true">{t("dropHere")}</p>}
    </div>
  );
}

/** Before it is known which parts come. */
function Waiting() {
  const t = useText();
  return (
    <section className="waiting-stage" aria-label={t("stage")}>
      {[0, 1, 2, 3].map((lane) => (
        <div key={lane} />
      ))}
      <p role="status">{t("composing")}</p>
    </section>
  );
}

function Toast() {
  const toast = useStudio((state) => state.toast);
  useEffect(() => {
    if (!toast) return;
    const timer = setTimeout(() => set({ toast: null }), TOAST_MS);
    return () => clearTimeout(timer);
  }, [toast]);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toast && <p key={toast.key}>{toast.text}</p>}
    </div>
  );
}
