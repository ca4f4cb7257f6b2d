// What a FilteredTextBlock shows of a file: plain text in, plain text out, no React, so that Node alone can run it.

const ANY_START = 'START-ANY';
const ANY_END = 'END-ANY';

const strip = (width) => {
  const indent = ' '.repeat(width);
  return (line) => (line.startsWith(indent) ? line.slice(width) : line);
};

// How a display language changes each line; one that is not listed shows the lines as they are.
const INDENTATION = new Map([
  ['csharp', strip(8)],
  ['csharpraw', strip(4)],
  ['java', strip(4)],
  ['pyindent', strip(4)],
  ['tsindent', strip(2)],
  ['go', (line) => line.replace(/^\t\t?/, '').replace('\t', '  ')],
  ['gonew', (line) => strip(2)(line.replaceAll('\t', '  '))],
  ['goraw', (line) => line.replaceAll('\t', '    ')],
]);

// Display languages that the highlighter knows by another name.
const HIGHLIGHTER = new Map([
  ['csharpraw', 'csharp'],
  ['gonew', 'go'],
  ['goraw', 'go'],
  ['javaraw', 'java'],
  ['pyindent', 'py'],
  ['tsindent', 'ts'],
  ['tsv2', 'ts'],
]);

/** The name under which the highlighter knows a display language. */
export function highlighterLanguage(language) {
  return HIGHLIGHTER.get(language) ?? language;
}

/**
 * The text between the lines that contain `startMarker` and those that contain `endMarker`, as often as they occur.
 *
 * A marker is any text that a line contains. A start wins over an end on one line. Marker lines are not shown, unless
 * `includeStartMarker` includes those that start. A file without the end marker is shown to its end.
 */
export function filterText(text, {startMarker, endMarker, language, includeStartMarker = false}) {
  const format = INDENTATION.get(language) ?? ((line) => line);
  const shown = [];
  let open = false;
  for (const line of text.split('\n')) {
    if (line.includes(startMarker) || line.includes(ANY_START)) {
      open = true;
      if (!includeStartMarker) continue;
    } else if (line.includes(endMarker) || line.includes(ANY_END)) {
      open = false;
    }
    if (open) shown.push(format(line));
  }
  return shown.join('\n');
}
