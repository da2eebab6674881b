"""Signatures: SSH keys, the DSSE envelopes that records are kept in, and timestamps by an authority."""
