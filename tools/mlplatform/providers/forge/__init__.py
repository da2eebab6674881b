"""The Git hosts: one entry each in a literal table."""
