"""One file a page design, named like the ``template`` of the record; each holds ``DESIGN``.

The names say what the site itself calls the design, by the folder of its style sheet (2010wb,
2016wb, 2020wbc), or what it is for. The years are when pages of it were published as far as is
known; they are never used to choose.
"""
