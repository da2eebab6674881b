"""Verifies the evidence: the ledger's chain and signatures, and that it says of main what git says."""
