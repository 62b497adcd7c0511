"""What the tests of crashes borrow: scripts as processes, and a place for a store."""

from __future__ import annotations

import pytest

from tests.connector.conftest import Run, run
from tests.store.conftest import path

__all__ = ["Run", "needs_fork", "path", "run"]

needs_fork = pytest.mark.skipif("not hasattr(__import__('os'), 'fork')", reason="no fork here")
