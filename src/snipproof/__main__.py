"""``python -m snipproof`` is the ``snipproof`` command."""

import sys

from snipproof.cli.main import main

sys.exit(main())
