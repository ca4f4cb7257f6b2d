// The colours of the highlighter, changed where their contrast to the ground, or to a highlighted line, was below 4.5.
import {themes} from 'prism-react-renderer';

const recolour = (theme, colours) => ({
  ...theme,
  styles: theme.styles.map(({style, ...types}) => ({...types, style: {...style, color: colours[style.color] ?? style.color}})),
});

export const light = recolour(themes.github, {
  '#999988': '#5a6068',
  '#e3116c': '#b30b54',
  '#36acaa': '#0a6564',
  '#00a4db': '#00607f',
  '#d73a49': '#a9202f',
});

export const dark = recolour(themes.vsDark, {
  'rgb(106, 153, 85)': '#83b36d',
  'rgb(86, 156, 214)': '#6cb0e4',
  'rgb(100, 102, 149)': '#a5a7d8',
  'rgb(0, 0, 128)': '#9cdcfe',
  'rgb(209, 105, 105)': '#e08a8a',
  '#808080': '#a6a6a6',
});
