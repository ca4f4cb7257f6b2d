import React from 'react';
import CodeBlock from '@theme/CodeBlock';

import {filterText, highlighterLanguage} from './filterText';

/**
 * Shows one region of a file as a code block.
 *
 * `text` is the whole file, imported with `!!raw-loader!`; the other attributes are strings. `includeStartMarker` is
 * `"true"` to show the start marker's own line too.
 */
export default function FilteredTextBlock({
  text,
  startMarker,
  endMarker,
  language,
  includeStartMarker = 'false',
  title,
}) {
  const shown = filterText(text, {
    startMarker,
    endMarker,
    language,
    includeStartMarker: includeStartMarker === 'true',
  });
  return (
    <CodeBlock language={highlighterLanguage(language)} title={title}>
      {shown}
    </CodeBlock>
  );
}
