"""Results as text and JSON; the same values, other printers."""
