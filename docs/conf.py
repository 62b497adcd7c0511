"""How Sphinx builds the documentation: ``tox -e docs``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import synerise_client

project = "synerise_client"
copyright = "synerise_client's contributors, MIT licence"  # noqa: A001
release = version = synerise_client.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "extension.site"]
exclude_patterns = ["extension"]
default_role = "code"
nitpicky = True
nitpick_ignore_regex = [
    # Names of others, which are explained elsewhere.
    (
        "py:.*",
        r"(collections|concurrent|datetime|os|pathlib|pytest|redis|threading|typing|werkzeug)\..*",
    ),
    ("py:.*", r"Any|Callable|Exception|Mapping|datetime|optional"),
]

myst_enable_extensions = ["colon_fence"]
myst_fence_as_directive = ["mermaid"]
myst_heading_anchors = 4

autodoc_class_signature = "mixed"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_numpy_docstring = False
napoleon_use_ivar = True
python_maximum_signature_line_length = 88
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = f"synerise_client {release}"
html_copy_source = False
html_static_path = ["extension/static"]
html_css_files = ["site.css"]
