"""What each command does: it runs the steps load, check, plan, apply and record; `cli` reads options and prints.

Grouped by what people do:

`check`: check the working tree, a commit or a change; explain a rule; facts about what a change pins.

`reconcile`: plan and apply a commit to one environment; which commits may be applied; snapshots; recovery.

`promotion`: register and validate a version; propose to deploy or promote it.

`rollback`: propose an earlier version; holds, retries, and the branches that revert what failed.

`drift`: find, revert or adopt changes made by hand.

`lineage`: where a version comes from, and where a data set went.

`local`: start and stop everything on a laptop.

What several of these share lies beside them: `workspace`, `status`, `ledger_queries`, `progress`, `actor`.
"""
