"""Lets the house tests share ``sources``, which is no installed module."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
