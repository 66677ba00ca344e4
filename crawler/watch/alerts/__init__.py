"""What is wrong, said once.

===============  ====================================================================
``alerts.toml``  the rules' thresholds, with their reasons
``settings.py``  the same as values, with the operator's changes from ``renmin.toml``
``facts.py``     what a rule may know: plain values
``gather.py``    the queries that fill them
``baseline.py``  what is usual, and what is more than chance
``rules/``       a rule is a pure function: facts in, findings out
``ledger.py``    opens an alert once, and closes it when its finding is gone
``notices.py``   tells: each notice is a row until it was delivered or given up
``webhook.py`` ``mail.py``   two of the ways; the third is the log
``check.py``     all of it in order, as ``renmin check`` and ``renmin serve`` do
===============  ====================================================================
"""
