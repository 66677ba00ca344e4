"""The form of every text that leaves this room: spaces folded, ends trimmed, nothing else touched.

A full-width space *inside* a sentence is the author's (``电　题：``) and stays; at the ends it is
the indent of a paragraph and goes.
"""

from __future__ import annotations

import re

# What HTML itself folds, the no-break space, which the site's editor writes for any space, and the
# other spaces of Unicode (&emsp; &ensp; &thinsp; ...), with which others indent.
_FOLDED = re.compile("[ \\t\\r\\n\\f\\v\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f]+")

# Zero-width characters at an end are left-overs of pasting; inside a text they are repair's matter.
_ENDS = " \u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


def tidy(text: str) -> str:
    r"""Fold the spaces of ``text`` and trim it, full-width spaces included.

    >>> tidy("　　新华社北京4月24日电　题：\n\t 春到\xa0泉城 ")
    '新华社北京4月24日电　题： 春到 泉城'
    """
    return _FOLDED.sub(" ", text).strip(_ENDS)
