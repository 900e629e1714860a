"""See tests/unit/conftest.py: one thread each."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
