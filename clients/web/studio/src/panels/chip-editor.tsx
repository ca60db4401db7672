/** Changing one chip. While it plays, the change acts at the next bar. */
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";

import { useText } from "../app/hooks";
import { Level } from "../contract";
import { printed } from "../music/names";
import { useCatalogue } from "../session/catalogue";
import { changeKey, changeLength, changeMood, changeSlot, changeSwing, changeTempo, swingPercent, type Chip } from "../session/chips";
import type { Piece } from "../store/project";
import { useStudio } from "../store/store";

interface Props {
  readonly chip: Chip;
  readonly piece: Piece;
  readonly left: number;
  readonly close: () => void;
}

const TONICS = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"] as const;
const LENGTHS = [2, 4, 8, 12, 16, 24, 32, 64] as const;
const METERS = ["4/4", "3/4", "6/8", "5/4", "7/8", "2/4", "12/8"] as const;
const WIDTH = 320;

/** What opens under a chip. */
export function ChipEditor({ chip, piece, left, close }: Props) {
  const t = useText();
  const box = useRef<HTMLDivElement>(null);
  const playing = useStudio((state) => state.playing);
  useEffect(() => {
    box.current?.querySelector<HTMLElement>("input, [aria-pressed='true'], button")?.focus();
  }, []);
  const done = (act: () => unknown): void => {
    close();
    void act();
  };
  return (
    <div
      className="chip-editor"
      ref={box}
      role="dialog"
      aria-label={t("changeSlot", { slot: t(`slot_${chip.slot}`) })}
      style={{ left: Math.max(Math.min(left, innerWidth - WIDTH - 12), 8) }}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
        event.stopPropagation();
      }}
    >
      <Editor chip={chip} piece={piece} done={done} />
      <p className="hint">{chip.words ? t("saidBy", { words: chip.words }) : chip.said ? t("setByYou") : t("chosenForYou")}{playing ? ` ${t("actsNextBar")}` : ""}</p>
    </div>
  );
}

type Done = (act: () => unknown) => void;

function Editor({ chip, piece, done }: { readonly chip: Chip; readonly piece: Piece; readonly done: Done }) {
  const t = useText();
  switch (chip.slot) {
    case "key":
      return <KeyEditor piece={piece} done={done} />;
    case "style":
      return <Pick kind="style" now={piece.intent?.style ?? ""} pick={(value, label) => done(() => changeSlot("style", value, label))} />;
    case "mood":
      return <Pick kind="mood" now={piece.intent?.mood ?? ""} pick={(_, label) => done(() => changeMood(label))} />;
    case "bpm":
      return <TempoEditor piece={piece} done={done} />;
    case "bars":
      return <Choices now={String(piece.length)} all={LENGTHS.map((bars) => [String(bars), String(bars)])} pick={(value) => done(() => changeLength(Number(value)))} />;
    case "meter":
      return <Choices now={chip.value} all={METERS.map((meter) => [meter, meter])} pick={(value) => done(() => changeSlot("meter", value, value))} />;
    case "swing":
      return <SwingEditor piece={piece} done={done} />;
    case "density":
    case "register": {
      const { slot } = chip;
      const names = slot === "density" ? (["levelLow", "levelMedium", "levelHigh"] as const) : (["pitchLow", "pitchMedium", "pitchHigh"] as const);
      const all = [Level.LOW, Level.MEDIUM, Level.HIGH].map((level, at): [string, string] => [String(level), t(names[at]!)]);
      return <Choices now={String(piece.intent?.[slot] ?? 0)} all={all} pick={(value, label) => done(() => changeSlot(slot, value, label))} />;
    }
    case "progression":
      return <Sentence label={t("slot_progression")} now={piece.intent?.progression.map((chord) => chord.symbol).join(" ") ?? ""} example="Am F C G" pick={(value) => done(() => changeSlot("progression", value, value))} />;
  }
}

function Choices({ all, now, pick }: { readonly all: readonly (readonly [string, string])[]; readonly now: string; readonly pick: (value: string, label: string) => void }) {
  return (
    <div className="choices">
      {all.map(([value, label]) => (
        <button type="button" className="choice" key={value} aria-pressed={value === now} onClick={() => pick(value, label)}>
          {label}
        </button>
      ))}
    </div>
  );
}

function Sentence({ label, now, example, pick }: { readonly label: string; readonly now: string; readonly example: string; readonly pick: (value: string) => void }) {
  const t = useText();
  const [value, setValue] = useState(now);
  return (
    <form className="line-form" onSubmit={(event) => (event.preventDefault(), value.trim() && pick(value.trim()))}>
      <input className="field" value={value} aria-label={label} placeholder={example} onChange={(event) => setValue(event.currentTarget.value)} />
      <button type="submit" className="press solid">{t("apply")}</button>
    </form>
  );
}

function KeyEditor({ piece, done }: { readonly piece: Piece; readonly done: Done }) {
  const locale = useStudio((state) => state.locale);
  const key = piece.intent?.key;
  const [tonic, setTonic] = useState(key?.tonic ?? "C");
  return (
    <>
      <div className="choices tonics">
        {TONICS.map((name) => (
          <button type="button" className="choice" key={name} aria-pressed={name === tonic} onClick={() => setTonic(name)}>
            {printed(name, locale)}
          </button>
        ))}
      </div>
      <Pick kind="scale" now={key?.scale ?? ""} pick={(scale, label): ReactNode => (done(() => changeKey(tonic, scale, `${printed(tonic, locale)} ${label}`)), null)} />
    </>
  );
}

/** Without accents and capitals. */
function plain(value: string): string {
  return value.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** A list of the catalogue that is narrowed by typing. */
function Pick({ kind, now, pick }: { readonly kind: "scale" | "style" | "mood"; readonly now: string; readonly pick: (value: string, label: string) => unknown }) {
  const t = useText();
  const entries = useCatalogue(kind);
  const [search, setSearch] = useState("");
  const found = useMemo(() => {
    const wanted = plain(search.trim());
    const all = entries.filter(({ label, slug, aliases }) => [label, slug, ...aliases].some((name) => plain(name).includes(wanted)));
    return all.toSorted((one, other) => Number(other.slug === now) - Number(one.slug === now));
  }, [entries, search, now]);
  return (
    <form className="pick" onSubmit={(event) => (event.preventDefault(), found[0] && pick(found[0].slug, found[0].label))}>
      <input className="field" type="search" value={search} placeholder={t("searchList")} aria-label={t("searchList")} onChange={(event) => setSearch(event.currentTarget.value)} />
      <ul>
        {found.map(({ slug, label, description }) => (
          <li key={slug}>
            <button type="button" aria-pressed={slug === now} onClick={() => pick(slug, label)}>
              <b>{label}</b> <span>{description}</span>
            </button>
          </li>
        ))}
        {!found.length && <li className="hint">{t(entries.length ? "nothingFound" : "listAway")}</li>}
      </ul>
    </form>
  );
}

function TempoEditor({ piece, done }: { readonly piece: Piece; readonly done: Done }) {
  const t = useText();
  const [bpm, setBpm] = useState(Math.round(piece.bpm));
  const taps = useRef<number[]>([]);
  const tap = (): void => {
    const now = performance.now();
    taps.current = [...taps.current.filter((each) => now - each < 4000).slice(-7), now];
    const [first] = taps.current;
    if (taps.current.length > 2 && first !== undefined) setBpm(Math.min(Math.max(Math.round((60_000 * (taps.current.length - 1)) / (now - first)), 20), 400));
  };
  return (
    <form className="line-form" onSubmit={(event) => (event.preventDefault(), done(() => changeTempo(bpm)))}>
      <input className="field" type="number" min={20} max={400} value={bpm} aria-label={t("slot_bpm")} onChange={(event) => setBpm(event.currentTarget.valueAsNumber || 0)} />
      <button type="button" className="press line" onClick={tap}>{t("tap")}</button>
      <button type="submit" className="press solid">{t("apply")}</button>
    </form>
  );
}

function SwingEditor({ piece, done }: { readonly piece: Piece; readonly done: Done }) {
  const t = useText();
  const [amount, setAmount] = useState(piece.swing?.amount ?? 0);
  return (
    <form className="line-form" onSubmit={(event) => (event.preventDefault(), done(() => changeSwing(amount)))}>
      <input type="range" min={0} max={0.5} step={0.02} value={amount} aria-label={t("slot_swing")} aria-valuetext={`${swingPercent(amount)} %`} onChange={(event) => setAmount(event.currentTarget.valueAsNumber)} />
      <output>{amount < 0.005 ? t("straight") : `${swingPercent(amount)} %`}</output>
      <button type="submit" className="press solid">{t("apply")}</button>
    </form>
  );
}
