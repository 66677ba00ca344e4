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
# So do the blanks that are no spaces: the soft hyphen, the Mongolian, Braille and Hangul ones.
_ENDS = " \u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\xad\u180e\u2800\u3164\uffa0"
_EDGES = (
    _ENDS
    + " \t\r\n\f\v\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f"
)


def tidy(text: str) -> str:
    r"""Fold the spaces of ``text`` and trim it, full-width spaces included.

    >>> tidy("　　新华社北京4月24日电　题：\n\t 春到\xa0泉城 ")
    '新华社北京4月24日电　题： 春到 泉城'
    """
    text = text.strip(_EDGES)
    # No character that is folded is printable, but for the space itself.
    if text.isprintable() and "  " not in text:
        return text
    return _FOLDED.sub(" ", text).strip(_ENDS)
