"""What is wrong, said once.

====================  ===============================================================
``alerts.toml``       the rules' thresholds, with their reasons
``configuration.py``  the same as values, with the operator's changes from ``renmin.toml``
``facts.py``          what a rule may know, plain values, and what is usual of it
``inputs.py``         the queries that fill them
``rules/``            a rule is a pure function: facts in, findings out
``check.py``          all of it in order: an alert opens once, and closes when its finding is gone
``notices.py``        tells: each notice is a row until it was delivered or given up
``notifiers.py``      the ways of telling; one more is the log
====================  ===============================================================
"""
