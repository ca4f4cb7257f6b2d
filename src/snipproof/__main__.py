"""``python -m snipproof`` is the ``snipproof`` command."""

import sys

from snipproof.cli import main

sys.exit(main())
