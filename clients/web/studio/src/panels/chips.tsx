/** What was understood: said is solid, chosen is dashed; each can be changed. */
import { useEffect, useRef, useState } from "react";

import { useText } from "../app/hooks";
import { useLabels } from "../session/catalogue";
import { chipsOf, type Chip, type Slot } from "../session/chips";
import { shownPiece, useStudio } from "../store/store";
import { ChipEditor } from "./chip-editor";

/** The row of chips. */
export function Chips() {
  const t = useText();
  const piece = useStudio(shownPiece);
  const locale = useStudio((state) => state.locale);
  const labels = useLabels();
  const [open, setOpen] = useState<{ readonly slot: Slot; readonly left: number } | null>(null);
  const row = useRef<HTMLUListElement>(null);
  const opener = useRef<HTMLButtonElement | null>(null);
  const close = (): void => {
    setOpen(null);
    opener.current?.focus();
  };
  useEffect(() => {
    if (!open) return;
    const away = (event: Event): void => {
      if (!row.current?.contains(event.target as Node) && !(event.target as Element).closest?.(".chip-editor")) setOpen(null);
    };
    addEventListener("pointerdown", away);
    return () => removeEventListener("pointerdown", away);
  }, [open]);
  if (!piece?.intent) return null;
  const chips = chipsOf(piece, locale, labels);
  const chosen = chips.find((chip) => chip.slot === open?.slot);
  return (
    <nav className="chips" aria-label={t("understood")}>
      <ul ref={row}>
        {chips.map((chip) => (
          <li key={chip.slot}>
            <button
              type="button"
              className={`chip${chip.said ? " said" : ""}`}
              aria-expanded={open?.slot === chip.slot}
              aria-label={`${t(`slot_${chip.slot}`)}: ${chip.value}. ${why(chip, t)}`}
              title={why(chip, t)}
              data-slot={chip.slot}
              onClick={(event) => {
                opener.current = event.currentTarget;
                setOpen(open?.slot === chip.slot ? null : { slot: chip.slot, left: event.currentTarget.getBoundingClientRect().left });
              }}
            >
              <span>{t(`slot_${chip.slot}`)}</span> <b>{chip.value}</b>
            </button>
          </li>
        ))}
      </ul>
      {chosen && open && <ChipEditor key={chosen.slot} chip={chosen} piece={piece} left={open.left} close={close} />}
    </nav>
  );
}

function why(chip: Chip, t: ReturnType<typeof useText>): string {
  if (chip.words) return t("saidBy", { words: chip.words });
  return chip.said ? t("setByYou") : t("chosenForYou");
}
