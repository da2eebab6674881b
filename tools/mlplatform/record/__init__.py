"""Writes what happened: the outbox on disk, and the ledger, a Git ref with one statement a commit."""
