# ruff: noqa: N999 - so the module is called that stands here
"""As much of PySide6 as the guide's script uses."""
