"""Prints what a verification found, and renders the files of an export: tables, pages, OSCAL and a README."""
