import Translate from '@docusaurus/Translate';
import useDocusaurusContext from '@docusaurus/useDocusaurusContext';
import type {Props} from '@theme/SnipproofMark';
import type {ReactNode} from 'react';

import styles from './styles.module.css';

/** The quiet words "Proven with … on …", linked to the lines of the Source. */
export default function SnipproofMark({proven, href, output}: Props): ReactNode {
  const {currentLocale} = useDocusaurusContext().i18n;
  const software = [proven.server, proven.client].filter((name) => name !== undefined);
  const versions = new Intl.ListFormat(currentLocale, {type: 'conjunction'}).format(software);
  const day = new Intl.DateTimeFormat(currentLocale, {dateStyle: 'medium', timeZone: 'UTC'}).format(new Date(proven.date));
  // A browser may know another spelling of the date than the Node.js that rendered the page.
  const date = (
    <time dateTime={proven.date} suppressHydrationWarning>
      {day}
    </time>
  );
  const words = <Words output={output} versions={<span suppressHydrationWarning>{versions}</span>} date={date} />;
  return (
    <span className={styles.mark}>
      <svg className={styles.sign} viewBox="0 0 16 16" aria-hidden="true">
        <path d="M2.5 8.5l3.5 3.5 7.5-8" fill="none" stroke="currentColor" strokeWidth="2" />
      </svg>
      {href ? (
        <a href={href} target="_blank" rel="noopener noreferrer">
          {words}
        </a>
      ) : (
        words
      )}
    </span>
  );
}

function Words({output, ...values}: Pick<Props, 'output'> & {versions: ReactNode; date: ReactNode}): ReactNode {
  // `write-translations` reads these texts from the source, so each one is written out.
  switch (output) {
    case 'stdout':
      return (
        <Translate id="snipproof.mark.stdout" description="Below a block of output: what it was compared with" values={values}>
          {'Compared with the real output, with {versions} on {date}'}
        </Translate>
      );
    case 'response':
      return (
        <Translate id="snipproof.mark.response" description="Below a block of output: what it was compared with" values={values}>
          {'Compared with the real response, with {versions} on {date}'}
        </Translate>
      );
    case 'requests':
      return (
        <Translate id="snipproof.mark.requests" description="Below a block of output: what it was compared with" values={values}>
          {'Compared with the real requests, with {versions} on {date}'}
        </Translate>
      );
    case 'error':
      return (
        <Translate id="snipproof.mark.error" description="Below a block of output: what it was compared with" values={values}>
          {'Compared with the real error, with {versions} on {date}'}
        </Translate>
      );
    default:
      return (
        <Translate id="snipproof.mark.code" description="Below a block of code: it was run" values={values}>
          {'Proven with {versions} on {date}'}
        </Translate>
      );
  }
}
