// How the site's component chooses lines: only to be sure that the text it gets makes it show exactly the proven lines.

const ANY_START = 'START-ANY';
const ANY_END = 'END-ANY';

export interface Markers {
  start: string;
  end: string;
  includeStart: boolean;
}

/** Return the numbers (from 0) of the `lines` that the component shows. */
export function select(lines: readonly string[], {start, end, includeStart}: Markers): number[] {
  const shown: number[] = [];
  let open = false;
  lines.forEach((line, index) => {
    if (line.includes(start) || line.includes(ANY_START)) {
      open = true;
      if (includeStart) shown.push(index);
    } else if (line.includes(end) || line.includes(ANY_END)) {
      open = false;
    } else if (open) {
      shown.push(index);
    }
  });
  return shown;
}

/**
 * Return the least text that makes the component show exactly the lines `kept`, or `undefined` if none does.
 *
 * The start marker comes first, because the component shows nothing before it. It stands on the page already, so no
 * text is added that the page does not have.
 */
export function leastText(kept: readonly string[], markers: Markers): string | undefined {
  if (kept.length === 0) return '';
  for (const first of [[], [markers.start], [ANY_START]]) {
    const text = [...first, ...kept].join('\n');
    const lines = text.split('\n');
    const shown = select(lines, markers);
    if (shown.length === kept.length && shown.every((index, at) => lines[index] === kept[at])) return text;
  }
  return undefined;
}
