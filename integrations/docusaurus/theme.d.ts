/// <reference types="@docusaurus/module-type-aliases" />
/// <reference types="@docusaurus/theme-classic" />

declare module '@theme/SnipproofBlock' {
  import type {ReactNode} from 'react';

  /** What proved a block. `servers` and `client` are names with versions, `date` is ISO 8601. */
  export interface Proven {
    readonly servers: readonly string[];
    /** Missing if there were several. */
    readonly client?: string;
    readonly date: string;
    /** Hosts of model providers for which a stand-in answered: the code ran, and its output proves nothing. */
    readonly standIns?: readonly string[];
    /** Hosts of model providers whose recorded replies were the answer. */
    readonly recordings?: readonly string[];
  }

  /** What a block of output was compared with: which output, and of code in which languages. */
  export interface Comparison {
    readonly output: 'stdout' | 'response' | 'requests' | 'error';
    readonly languages: readonly string[];
  }

  /** The runnable file of a block; `lines` are those that the block shows, such as `3-7,12`. */
  export interface WholeFile {
    readonly url: string;
    readonly source: string;
    readonly language: string;
    readonly lines: string;
  }

  export interface Props {
    /** The block itself, as the page writes it. */
    readonly children: ReactNode;
    readonly proven?: Proven;
    /** Where the lines of the Source can be read. */
    readonly href?: string;
    /** For a block of output; each gets a mark. */
    readonly compared?: readonly Comparison[];
    readonly file?: WholeFile;
  }

  export default function SnipproofBlock(props: Props): ReactNode;
}

declare module '@theme/SnipproofMark' {
  import type {ReactNode} from 'react';
  import type {Props as BlockProps, Comparison, Proven} from '@theme/SnipproofBlock';

  export interface Props extends Pick<BlockProps, 'href'> {
    readonly proven: Proven;
    readonly compared?: Comparison;
  }

  export default function SnipproofMark(props: Props): ReactNode;
}

declare module '@theme/SnipproofFile' {
  import type {ReactNode} from 'react';
  import type {WholeFile} from '@theme/SnipproofBlock';

  export type Props = WholeFile;

  export default function SnipproofFile(props: Props): ReactNode;
}

declare module '@theme/SnipproofError' {
  import type {ReactNode} from 'react';

  export interface Props {
    /** `path:line:col RULE message`, and a hint in the lines below. */
    readonly messages: readonly string[];
  }

  export default function SnipproofError(props: Props): ReactNode;
}
