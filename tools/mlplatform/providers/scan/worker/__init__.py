"""The scanner's own process: Checkov, confined to the files it was given."""
