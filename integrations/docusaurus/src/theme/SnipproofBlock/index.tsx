import SnipproofFile from '@theme/SnipproofFile';
import SnipproofMark from '@theme/SnipproofMark';
import type {Props} from '@theme/SnipproofBlock';
import type {ReactNode} from 'react';

import styles from './styles.module.css';

/** A block as the page writes it, and below it how it was proven. */
export default function SnipproofBlock({children, proven, href, output, file}: Props): ReactNode {
  return (
    <div className={styles.block}>
      {children}
      <div className={styles.foot}>
        {proven && <SnipproofMark proven={proven} href={href} output={output} />}
        {file && <SnipproofFile {...file} />}
      </div>
    </div>
  );
}
