"""What runs in the scanner's own process: Checkov, confined to the files it was given."""
