/** Why the music is as it is: the reading, what is open, corrections, and the pages that it comes from. */
import { useText } from "../app/hooks";
import { printed } from "../music/names";
import { askPage } from "../session/pages";
import { changeKey, changeSlot, changeTempo } from "../session/chips";
import { addPart, compose } from "../session/composing";
import { Role, type Alternative } from "../contract";
import { versionOf, type Project, type Version } from "../store/project";
import { get, set, shownVersion, useStudio } from "../store/store";

const ROLES: Readonly<Record<string, Role>> = { melody: Role.MELODY, bass: Role.BASS, chords: Role.CHORDS, arpeggio: Role.ARPEGGIO, pad: Role.PAD, drums: Role.DRUMS };

/** Take one of the ways to make an open sentence precise. */
function take(alternative: Alternative): void {
  const { key, slot, value, label } = alternative;
  if (slot === "style") void changeSlot("style", value, label);
  else if (slot === "bpm") changeTempo(Number(value));
  else if (slot === "role") void addPart(ROLES[value] ?? Role.MELODY, label);
  else if (key) void changeKey(key.tonic, key.scale, `${printed(key.tonic, get().locale)} ${label}`);
}

/** The version that tells how the piece was understood: this one, or the latest before it that was composed. */
function readingOf(project: Project, version: Version | undefined): Version | undefined {
  let at = version;
  while (at && !at.explanation && !at.knowHow.length) at = versionOf(project, at.parent);
  return at ?? version;
}

/** The reasons of the version that is shown. */
export function Why() {
  const t = useText();
  const version = useStudio(shownVersion);
  const project = useStudio((state) => state.project);
  const locale = useStudio((state) => state.locale);
  const draft = useStudio((state) => state.draft);
  if (!version && !draft) return <p className="hint">{t("noReasons")}</p>;
  const reading = readingOf(project, version);
  const explanation = draft?.explanation || reading?.explanation;
  const alternatives = version?.piece.intent?.alternatives ?? [];
  return (
    <div className="why">
      {version && version.edits.length > 0 && (
        <ul className="edits-made">
          {version.edits.map((edit) => (
            <li key={edit}>{edit}</li>
          ))}
        </ul>
      )}
      {explanation ? <p className="explanation">{explanation}</p> : <p className="hint">{t("noExplanation")}</p>}
      {alternatives.length > 0 && (
        <section>
          <h3 className="heading">{t("leftOpen")}</h3>
          <ul className="alternatives">
            {alternatives.map((each) => (
              <li key={`${each.slot}:${each.value}:${each.label}`}>
                <button type="button" onClick={() => take(each)}>
                  <b>{each.key && (!each.slot || each.slot === "key") ? `${printed(each.key.tonic, locale)} ${each.label}` : each.label}</b>
                  <span>{each.description}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h3 className="heading">{t("degreesAre")}</h3>
        <ul className="legend">
          {[1, 2, 3, 4, 5, 6, 7].map((degree) => (
            <li key={degree}>
              <i style={{ background: `var(--degree-${degree})` }} /> {degree}
            </li>
          ))}
          <li>
            <i className="hatched" /> {t("outsideScale")}
          </li>
        </ul>
      </section>
      {version && version.corrections.length > 0 && (
        <section>
          <h3 className="heading">{t("corrections", { n: version.corrections.length })}</h3>
          <ul className="corrections">
            {version.corrections.slice(0, 40).map(({ part, bar, correction }, at) => (
              <li key={at}>
                <button type="button" onClick={() => set({ pointed: { part, bar, id: correction.id } })}>
                  <b>{t("barOfPart", { bar: bar + 1, part: version.piece.parts.find((each) => each.id === part)?.name ?? part })}</b>
                  <span>{correction.explanation}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {reading && reading.knowHow.length > 0 && (
        <section>
          <h3 className="heading">{t("readMore")}</h3>
          <ul className="pages">
            {reading.knowHow.map(({ slug, title }) => (
              <li key={slug}>
                <button type="button" onClick={() => void askPage(slug)}>
                  {title}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {reading && reading.suggestions.length > 0 && (
        <section>
          <h3 className="heading">{t("otherBeginnings")}</h3>
          <ul className="pages">
            {reading.suggestions.map((words) => (
              <li key={words}>
                <button type="button" onClick={() => void compose(words)}>
                  {words}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
