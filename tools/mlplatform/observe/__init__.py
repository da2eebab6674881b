"""Compares and describes what runs: status, configuration drift, lineage, models. Reads nothing by itself."""
