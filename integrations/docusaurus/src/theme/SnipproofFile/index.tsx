import Translate, {translate} from '@docusaurus/Translate';
import useIsBrowser from '@docusaurus/useIsBrowser';
import CodeBlock from '@theme/CodeBlock';
import type {Props} from '@theme/SnipproofFile';
import {useEffect, useId, useRef, useState, type ReactNode} from 'react';

import styles from './styles.module.css';

/** The runnable file of a block, loaded when a reader wants to see it. Without JavaScript there is the download. */
export default function SnipproofFile({url, source, language, lines}: Props): ReactNode {
  const isBrowser = useIsBrowser();
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState<string>();
  const [hasFailed, setFailed] = useState(false);
  const id = useId();
  const shown = useRef<HTMLDivElement>(null);
  const name = source.split('/').at(-1) ?? source;

  useEffect(() => {
    if (!isOpen || text !== undefined) return undefined;
    const abort = new AbortController();
    setFailed(false);
    fetch(url, {signal: abort.signal})
      .then((response) => (response.ok ? response.text() : Promise.reject(new Error(response.statusText))))
      .then(setText, () => abort.signal.aborted || setFailed(true));
    return () => abort.abort();
  }, [isOpen, text, url]);

  useEffect(() => {
    const first = shown.current?.querySelector<HTMLElement>('.theme-code-block-highlighted-line');
    const scrolled = shown.current?.querySelector<HTMLElement>('pre');
    if (first && scrolled) scrolled.scrollTop = Math.max(first.offsetTop - scrolled.offsetTop - first.offsetHeight * 2, 0);
  }, [isOpen, text]);

  return (
    <>
      {isBrowser && (
        <button type="button" className={styles.toggle} aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
          {isOpen ? (
            <Translate id="snipproof.file.hide" description="The button that hides the whole file of a block">
              Hide the whole file
            </Translate>
          ) : (
            <Translate id="snipproof.file.show" description="The button that shows the whole file of a block">
              Show the whole file
            </Translate>
          )}
        </button>
      )}
      <a href={url} download={name} className={styles.download}>
        <Translate id="snipproof.file.download" description="The link that downloads the file of a block" values={{name}}>
          {'Download {name}'}
        </Translate>
      </a>
      <div id={id} ref={shown} className={styles.file} hidden={!isOpen} role="region" aria-label={source}>
        {isOpen && text !== undefined && (
          <CodeBlock language={language} title={source} metastring={lines ? `{${lines}}` : undefined}>
            {text}
          </CodeBlock>
        )}
        <span role="status">
          {isOpen && text === undefined && (hasFailed ? failed() : loading())}
        </span>
      </div>
    </>
  );
}

function failed(): string {
  return translate({
    id: 'snipproof.file.failed',
    message: 'The file could not be loaded.',
    description: 'Below a block, if its whole file could not be loaded',
  });
}

function loading(): string {
  return translate({
    id: 'snipproof.file.loading',
    message: 'Loading …',
    description: 'Below a block, while its whole file is loaded',
  });
}
