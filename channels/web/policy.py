"""What a page of ours may load: the widget's script in, a Content-Security-Policy out.

The widget puts one ``<style>`` into its shadow root; the policy names that style by its hash instead of allowing all.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache

from channels.api.guard import CSP
from channels.web.widget import widget_source

_STYLE = re.compile(r"const STYLE = `(.*?)`;", re.DOTALL)


@cache
def page_policy() -> str:
    """The policy of pages that carry the widget; without a style in the script it is the plain one."""
    found = _STYLE.search(widget_source())
    if found is None:
        return CSP
    digest = base64.b64encode(hashlib.sha256(found.group(1).encode()).digest()).decode()
    return CSP.replace("style-src 'self'", f"style-src 'self' 'sha256-{digest}'")
