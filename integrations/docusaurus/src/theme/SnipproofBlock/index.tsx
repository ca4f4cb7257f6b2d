import SnipproofFile from '@theme/SnipproofFile';
import SnipproofMark from '@theme/SnipproofMark';
import type {Props} from '@theme/SnipproofBlock';
import type {ReactNode} from 'react';

import styles from './styles.module.css';

/** A block as the page writes it, and below it how it was proven. */
export default function SnipproofBlock({children, proven, href, compared, file}: Props): ReactNode {
  return (
    <div className={styles.block}>
      {children}
      <div className={`theme-snipproof-foot ${styles.foot}`}>
        {proven && !compared && <SnipproofMark proven={proven} href={href} />}
        {proven && compared?.map((each) => <SnipproofMark key={each.output} proven={proven} href={href} compared={each} />)}
        {file && <SnipproofFile {...file} />}
      </div>
    </div>
  );
}
