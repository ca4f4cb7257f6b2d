// The display language of the blocks for Python client v3 has a name of its own; the code is Python.
import includeLanguages from '@theme-original/prism-include-languages';

export default function prismIncludeLanguages(Prism) {
  includeLanguages(Prism);
  Prism.languages.pyv3 = Prism.languages.python;
}
