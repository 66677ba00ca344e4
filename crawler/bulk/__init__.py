"""The same reading over many pages: WARC files, archives, folders; on all cores or on a cluster.

::

    sources    captures(path)      the pages that a file holds, in the order in which they stand
    joining    articles(captures)  the pages of each article joined and read by crawler.extract
    blocks     both as datatrove blocks, and a writer of data set records
    run        a pipeline of blocks over N tasks, on this machine, Slurm or Ray
    dedup      corpus-wide copies: a join of sketch keys, key prefix by key prefix

Engines for several machines are not ours: blocks, tasks, resumption and clusters are datatrove's
(extra ``renmin[bulk]``). ``sources`` and ``joining`` need none of it.
"""
