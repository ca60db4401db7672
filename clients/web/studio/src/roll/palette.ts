/** The colours of the canvas, read from the page's tokens. */
export interface Palette {
  readonly ground: string;
  readonly row: string;
  readonly rowOut: string;
  readonly rowTonic: string;
  readonly line: string;
  readonly strongLine: string;
  readonly text: string;
  readonly muted: string;
  readonly accent: string;
  readonly bad: string;
  readonly ghost: string;
  readonly hit: string;
  /** By degree, from 1; nothing at 0. */
  readonly degrees: readonly string[];
}

/** Read the palette that holds for an element. */
export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ground: of("--ground"),
    row: of("--row"),
    rowOut: of("--row-out"),
    rowTonic: of("--row-tonic"),
    line: of("--line"),
    strongLine: of("--strong-line"),
    text: of("--text"),
    muted: of("--muted"),
    accent: of("--accent"),
    bad: of("--bad"),
    ghost: of("--ghost"),
    hit: of("--hit"),
    degrees: ["", ...[1, 2, 3, 4, 5, 6, 7].map((degree) => of(`--degree-${degree}`))],
  };
}
