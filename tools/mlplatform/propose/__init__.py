"""Writes documents and proposes them as commits on branches of their own."""
