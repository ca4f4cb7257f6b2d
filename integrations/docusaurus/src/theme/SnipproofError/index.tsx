import Translate from '@docusaurus/Translate';
import type {Props} from '@theme/SnipproofError';
import type {ReactNode} from 'react';

import styles from './styles.module.css';

/** What is wrong with a block, in its place: only under `docusaurus start`, since a build fails. */
export default function SnipproofError({messages}: Props): ReactNode {
  return (
    <div role="alert" className={`alert alert--danger ${styles.error}`}>
      <strong>
        <Translate id="snipproof.error.title" description="Above the error of a block, under docusaurus start">
          This block cannot be shown
        </Translate>
      </strong>
      <pre className={styles.messages} dir="ltr">{messages.join('\n\n')}</pre>
    </div>
  );
}
