"""Records on the ledger: in-toto statements, with one module per predicate; `table.py` lists the predicates."""
