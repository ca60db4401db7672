/** The same notes for those who do not see the canvas: a grid whose rows are bars and whose cells are notes. */
import { memo } from "react";

import { useText } from "../app/hooks";
import type { Timeline } from "../music/time";
import { useStudio } from "../store/store";
import type { Part, Piece } from "../store/project";
import type { Shape } from "./shapes";
import { sentenceOf } from "./speech";

/** Id of a note's cell. */
export function cellId(part: string, shape: Shape): string {
  return `note-${part}-${shape.bar}-${shape.id}`;
}

interface Props {
  readonly part: Part;
  readonly piece: Piece;
  readonly timeline: Timeline;
  readonly shapes: readonly Shape[];
  /** The bar around which cells are there; the grid says how many rows there are in all. */
  readonly bar: number;
  readonly current: Shape | undefined;
}

/** Rows of the bars around one. */
export const Cells = memo(function Cells({ part, piece, timeline, shapes, bar, current }: Props) {
  const t = useText();
  const locale = useStudio((state) => state.locale);
  const rows = [];
  for (let index = Math.max(bar - 1, 0); index <= Math.min(bar + 1, piece.length - 1); index++) {
    const inBar = shapes.filter((shape) => shape.bar === index);
    rows.push(
      <div role="row" key={index} aria-rowindex={index + 1}>
        {inBar.map((shape) => (
          <span role="gridcell" key={shape.id} id={cellId(part.id, shape)} aria-selected={shape === current}>
            {sentenceOf(shape, part, piece, timeline, locale, t)}
          </span>
        ))}
        {!inBar.length && <span role="gridcell">{t("spokenEmpty", { bar: index + 1 })}</span>}
      </div>,
    );
  }
  return <div className="hidden" role="presentation">{rows}</div>;
});
