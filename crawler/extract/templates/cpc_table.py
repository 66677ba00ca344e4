"""cpc.people.com.cn's old table layout: ``td.ftitle``, ``td.fwriter``, ``.ly_red``, ``font#zoom``."""

from __future__ import annotations

from crawler.extract.design import Design, has_class
from crawler.extract.tree import xpath

DESIGN = Design(
    name="cpc_table",
    clues=("ftitle", "zoom"),
    mark=xpath("/descendant::*[@id='zoom'][1]"),
    head=xpath(f"ancestor::*[descendant::*[{has_class('ftitle')}]][1]"),
    body=xpath("."),
    title=xpath(f"descendant::*[{has_class('ftitle')}]"),
    kicker=xpath(f"descendant::*[{has_class('fkicker')} or {has_class('fpretitle')}]"),
    subtitle=xpath(f"descendant::*[{has_class('fsubtitle')}]"),
    author=xpath(f"descendant::*[{has_class('fwriter')}]"),
    stamp=xpath(
        f"descendant::*[{has_class('ly_red')}]/ancestor-or-self::td[1] | descendant::*[{has_class('ly_red')}]"
    ),
    editors=xpath(f"descendant::*[{has_class('edit')} or {has_class('editor')}]"),
)
