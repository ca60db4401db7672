/** Top of the page: the name, playing, where the music is, and what is seldom needed. */
import { Download, FolderOpen, Keyboard, Languages, Moon, Pause, Play, Repeat, SkipBack, Sun } from "lucide-react";
import { useEffect, useRef } from "react";

import { useText } from "../app/hooks";
import { placeOf, timelineOf } from "../music/time";
import { playhead, seekBar, togglePlaying } from "../session/playing";
import { get, set, shownPiece, useStudio } from "../store/store";
import { History } from "./history";
import { SoundMark } from "./sound-mark";

/** The bar at the top. */
export function Header() {
  const t = useText();
  const playing = useStudio((state) => state.playing);
  const looping = useStudio((state) => state.looping);
  const theme = useStudio((state) => state.theme);
  const locale = useStudio((state) => state.locale);
  const there = useStudio((state) => (shownPiece(state)?.parts.length ?? 0) > 0);
  return (
    <header className="top">
      <h1 className="mark">
        boumb<span>·</span>studio
      </h1>
      <div className="transport" role="group" aria-label={t("transport")}>
        <button type="button" className="press" aria-label={t("toStart")} title={t("toStart")} disabled={!there} onClick={() => seekBar(get().span?.first ?? 0)}>
          <SkipBack size={18} />
        </button>
        <button type="button" className="play" aria-label={playing ? t("pause") : t("play")} title={`${playing ? t("pause") : t("play")} (${t("spaceKey")})`} disabled={!there} onClick={() => void togglePlaying()}>
          <span id="beat" aria-hidden="true" />
          {playing ? <Pause size={20} fill="currentColor" strokeWidth={0} /> : <Play size={20} fill="currentColor" strokeWidth={0} />}
        </button>
        <button type="button" className="press" aria-pressed={looping} aria-label={t("loop")} title={t("loop")} disabled={!there} onClick={() => set({ looping: !looping })}>
          <Repeat size={18} />
        </button>
        <Place />
      </div>
      <SoundMark />
      <div className="tools">
        <History />
        <div className="group" role="group" aria-label={t("projectTools")}>
          <button type="button" className="press" aria-label={t("projects")} title={t("projects")} onClick={() => set({ sheet: "projects" })}>
            <FolderOpen size={18} />
          </button>
          <button type="button" className="press" aria-label={t("export")} title={t("export")} disabled={!there} onClick={() => set({ sheet: "export" })}>
            <Download size={18} />
          </button>
          <button type="button" className="press wide-only" aria-label={t("shortcuts")} title={t("shortcuts")} onClick={() => set({ sheet: "shortcuts" })}>
            <Keyboard size={18} />
          </button>
          <button type="button" className="press" aria-label={t("otherTheme")} title={t("otherTheme")} onClick={() => set({ theme: theme === "dark" ? "light" : "dark" })}>
            {theme === "dark" ? <Sun size={18} /> : <Moon size={18} />}
          </button>
          <button type="button" className="press" lang={locale === "fr" ? "en" : "fr"} aria-label={`${locale === "fr" ? "EN" : "FR"}: ${t("otherLanguage")}`} title={t("otherLanguage")} onClick={() => set({ locale: locale === "fr" ? "en" : "fr" })}>
            <Languages size={18} />
            <span className="wide-only">{locale === "fr" ? "EN" : "FR"}</span>
          </button>
        </div>
      </div>
    </header>
  );
}

/** Bar and beat of what sounds, written without drawing the page again. */
function Place() {
  const t = useText();
  const output = useRef<HTMLSpanElement>(null);
  const playing = useStudio((state) => state.playing);
  const piece = useStudio(shownPiece);
  useEffect(() => {
    const show = (): void => {
      const at = playhead();
      const timeline = piece && timelineOf(piece.parts.map((part) => part.bars), piece.length, piece.intent?.meter);
      const start = at && timeline?.starts[at.bar];
      if (!output.current || !timeline) return;
      const end = at ? (timeline.starts[at.bar + 1] ?? timeline.end) : 0;
      const place = at && start !== undefined ? placeOf(timeline, start + at.inBar * (end - start)) : { bar: 1, beat: 1 };
      output.current.textContent = `${place.bar}.${place.beat}`;
    };
    show();
    const timer = setInterval(show, playing ? 60 : 300);
    return () => clearInterval(timer);
  }, [playing, piece]);
  if (!piece?.length) return null;
  return (
    <p className="place">
      <span className="hidden">{t("placeIs")}</span>
      <span ref={output} className="place-now">1.1</span>
      <span className="place-all"> / {piece.length}</span>
    </p>
  );
}
