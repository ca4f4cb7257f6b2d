import Translate from '@docusaurus/Translate';
import useDocusaurusContext from '@docusaurus/useDocusaurusContext';
import type {Comparison} from '@theme/SnipproofBlock';
import type {Props} from '@theme/SnipproofMark';
import type {ReactNode} from 'react';

import styles from './styles.module.css';

/** The quiet words "Proven with … on …", linked to the lines of the Source. They name stand-ins and recordings. */
export default function SnipproofMark({proven, href, compared}: Props): ReactNode {
  const {currentLocale} = useDocusaurusContext().i18n;
  const day = new Intl.DateTimeFormat(currentLocale, {dateStyle: 'medium', timeZone: 'UTC'}).format(new Date(proven.date));
  // A browser may know another spelling of the date than the Node.js that rendered the page.
  const date = (
    <time dateTime={proven.date} suppressHydrationWarning>
      {day}
    </time>
  );
  const versions = <Names names={[...proven.servers, ...(proven.client ? [proven.client] : [])]} locale={currentLocale} />;
  const languages = <Names names={compared?.languages ?? []} locale={currentLocale} />;
  const how = compared?.output ?? (proven.standIns ? 'stand-in' : proven.recordings ? 'replay' : 'code');
  const providers = <Names names={proven.standIns ?? proven.recordings ?? []} locale={currentLocale} />;
  const words = <Words how={how} versions={versions} languages={languages} providers={providers} date={date} />;
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

/** A list in the words of the locale, whatever the direction of its script is. */
function Names({names, locale}: {names: readonly string[]; locale: string}): ReactNode {
  const parts = new Intl.ListFormat(locale, {type: 'conjunction'}).formatToParts(names);
  return (
    <span suppressHydrationWarning>
      {parts.map(({type, value}, index) => (type === 'element' ? <bdi key={index}>{value}</bdi> : value))}
    </span>
  );
}

interface Values {
  how: Comparison['output'] | 'stand-in' | 'replay' | 'code';
  versions: ReactNode;
  languages: ReactNode;
  providers: ReactNode;
  date: ReactNode;
}

function Words({how, ...values}: Values): ReactNode {
  // `write-translations` reads these texts from the source, so each one is written out.
  switch (how) {
    case 'stdout':
      return (
        <Translate id="snipproof.mark.stdout" description="Below a block of output: what it was compared with" values={values}>
          {'Compared with the real output in {languages}, with {versions} on {date}'}
        </Translate>
      );
    case 'response':
      return (
        <Translate id="snipproof.mark.response" description="Below a block of output: what it was compared with" values={values}>
          {'Compared with the real response in {languages}, with {versions} on {date}'}
        </Translate>
      );
    case 'requests':
      return (
        <Translate id="snipproof.mark.requests" description="Below a block of output: what it was compared with" values={values}>
          {'Compared with the real requests in {languages}, with {versions} on {date}'}
        </Translate>
      );
    case 'error':
      return (
        <Translate id="snipproof.mark.error" description="Below a block of output: what it was compared with" values={values}>
          {'Compared with the real error in {languages}, with {versions} on {date}'}
        </Translate>
      );
    case 'stand-in':
      return (
        <Translate id="snipproof.mark.stand-in" description="Below a block of code: a stand-in for a model provider answered" values={values}>
          {'Run with {versions} on {date}, with a stand-in for {providers}'}
        </Translate>
      );
    case 'replay':
      return (
        <Translate id="snipproof.mark.replay" description="Below a block of code: recorded replies of a model provider were used" values={values}>
          {'Proven with {versions} on {date}, with recorded replies of {providers}'}
        </Translate>
      );
    case 'code':
      return (
        <Translate id="snipproof.mark.code" description="Below a block of code: it was run" values={values}>
          {'Proven with {versions} on {date}'}
        </Translate>
      );
  }
}
