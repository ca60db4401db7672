/** The sheet that is open, if one is. */
import { Suspense, useEffect, useRef, useState, useSyncExternalStore } from "react";

import { singleKeysOff, SHORTCUTS, switchSingleKeys } from "../app/shortcuts";
import { useText } from "../app/hooks";
import { text } from "../i18n/translate";
import { emptyProject, headOf } from "../store/project";
import { say, set, useStudio } from "../store/store";
import { failureText } from "../session/experts";
import { save, saveMusic, saveStems, fileName } from "../session/files";
import { onSound, sound, soundState, stopPlaying } from "../session/playing";
import { discard, spines, take, type Spine } from "../projects/shelf";
import { openProjectFile, projectFile, showProject } from "../session/projects";
import { Licences } from "./licences";
import { MidiFile } from "./midi-file";
import { Sheet } from "./sheet";

/** Whichever sheet is open. */
export function Sheets() {
  const t = useText();
  const sheet = useStudio((state) => state.sheet);
  switch (sheet) {
    case "shortcuts":
      return <Sheet title={t("shortcuts")}><Shortcuts /></Sheet>;
    case "projects":
      return <Sheet title={t("projects")}><Projects /></Sheet>;
    case "export":
      return <Sheet title={t("export")}><Export /></Sheet>;
    case "licences":
      return <Sheet title={t("licences")}><Suspense><Licences /></Suspense></Sheet>;
    case null:
      return null;
  }
}

function Shortcuts() {
  const t = useText();
  const [off, setOff] = useState(singleKeysOff);
  return (
    <>
      <div className="shortcuts">
        {SHORTCUTS.map(({ title, list }) => (
          <section key={title}>
            <h3 className="heading">{t(title)}</h3>
            <dl>
              {list.map(({ keys, says }) => (
                <div key={says}>
                  <dt>{keys.map((key) => <kbd key={key}>{key === "Space" ? t("spaceKey") : key === "Delete" ? t("deleteKey") : key === "Escape" ? t("escapeKey") : key}</kbd>)}</dt>
                  <dd>{t(says)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className="switch">
        <input type="checkbox" checked={!off} onChange={(event) => (switchSingleKeys(!event.currentTarget.checked), setOff(!event.currentTarget.checked))} />
        {t("singleKeys")}
      </label>
      <p className="hint">
        <button type="button" className="link" onClick={() => set({ sheet: "licences" })}>{t("licences")}</button>
      </p>
    </>
  );
}

function Projects() {
  const t = useText();
  const project = useStudio((state) => state.project);
  const locale = useStudio((state) => state.locale);
  const [list, setList] = useState<readonly Spine[]>([]);
  const file = useRef<HTMLInputElement>(null);
  const refresh = (): void => void spines().then(setList, () => say(text(locale, "notKept")));
  useEffect(() => void spines().then(setList, () => say(text(locale, "notKept"))), [project.id, locale]);
  const open = (id: string): void => {
    take(id)
      .then((taken) => taken && showProject(taken))
      .catch(() => say(t("notReadable")));
  };
  const when = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  return (
    <>
      <div className="sheet-buttons">
        <button type="button" className="press solid" onClick={() => showProject(emptyProject(Date.now()))}>{t("newProject")}</button>
        <button type="button" className="press line" onClick={() => file.current?.click()}>{t("openFile")}</button>
        <button type="button" className="press line" disabled={!project.entries.length} onClick={() => save(`${fileName(project.title)}.boumb.json`, projectFile(project))}>{t("saveFile")}</button>
        <input ref={file} type="file" hidden accept=".json,.mid,.midi,.musicxml,.mxl,.xml" onChange={(event) => {
          const [chosen] = event.currentTarget.files ?? [];
          if (chosen) void openProjectFile(chosen).then(() => set({ sheet: null }));
        }} />
      </div>
      {project.entries.length > 0 && (
        <label className="title-field">
          <span>{t("projectTitle")}</span>
          <input className="field" value={project.title} maxLength={120} onChange={(event) => {
            const title = event.currentTarget.value;
            set((state) => ({ project: { ...state.project, title, updated: Date.now() } }));
          }} />
        </label>
      )}
      {list.length ? (
        <ul className="projects">
          {list.map((spine) => (
            <li key={spine.id} aria-current={spine.id === project.id ? "true" : undefined}>
              <button type="button" className="project-open" onClick={() => open(spine.id)}>
                <b>{spine.title || t("untitled")}</b>
                <span>{when.format(spine.updated)} · {t("versionCount", { n: spine.versions })}</span>
              </button>
              <button type="button" className="press" aria-label={t("removeProject", { title: spine.title || t("untitled") })} onClick={() => {
                void discard(spine.id).then(() => {
                  if (spine.id === project.id) set({ project: emptyProject(Date.now()), ideas: [], draft: null });
                  refresh();
                });
              }}>
                {t("remove")}
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <p className="hint">{t("noProjects")}</p>
      )}
      <p className="hint">
        {t("keptHere")} <button type="button" className="link" onClick={() => set({ sheet: "licences" })}>{t("licences")}</button>
      </p>
    </>
  );
}

function Export() {
  const t = useText();
  const project = useStudio((state) => state.project);
  const piece = headOf(project)?.piece;
  const [busy, setBusy] = useState("");
  const stop = useRef<AbortController | null>(null);
  const state = useSyncExternalStore(onSound, soundState);
  const [outputs, setOutputs] = useState<readonly { id: string; name: string }[] | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const stems = async (): Promise<void> => {
    stop.current = new AbortController();
    stopPlaying();
    setBusy(t("rendering"));
    try {
      await saveStems(stop.current.signal, (done, all) => setBusy(t("savedStems", { done, all })));
    } catch (thrown) {
      if (!stop.current.signal.aborted) say(failureText(thrown).message);
    }
    setBusy("");
  };
  const midi = async (): Promise<void> => {
    const found = await sound().midiOutputs().catch(() => []);
    setOutputs(found);
    if (!found.length) say(t("noMidiOut"));
  };
  if (!piece) return <p className="hint">{t("nothingYet")}</p>;
  return (
    <>
      <div className="exports">
        <MidiFile><b>MIDI</b><span>{t("exportMidi")}</span></MidiFile>
        <button type="button" onClick={() => void saveMusic("musicxml")}><b>MusicXML</b><span>{t("exportXml")}</span></button>
        <button type="button" disabled={busy !== ""} onClick={() => void stems()}><b>WAV</b><span>{busy || t("exportWav")}</span></button>
        <button type="button" onClick={() => save(`${fileName(project.title)}.boumb.json`, projectFile(project))}><b>{t("project")}</b><span>{t("exportProject")}</span></button>
      </div>
      <section>
        <h3 className="heading">{t("oneMidiPart")}</h3>
        <ul className="part-files">
          {piece.parts.map((part) => (
            <li key={part.id}>
              <MidiFile part={part.id} className="press line">{part.name}</MidiFile>
            </li>
          ))}
        </ul>
      </section>
      <section>
        <h3 className="heading">{t("midiOut")}</h3>
        <div className="sheet-buttons">
          {outputs === null ? (
            <button type="button" className="press line" onClick={() => void midi()}>{t("findMidiOut")}</button>
          ) : (
            [{ id: "", name: t("ownSound") }, ...outputs].map(({ id, name }) => (
              <button type="button" key={id} className="press line" aria-pressed={(state?.midiOut ?? "") === (id ? name : "")} onClick={() => void sound().midiOut(id || null)}>{name}</button>
            ))
          )}
        </div>
      </section>
    </>
  );
}
