"""Our own checks, for what we promise and Checkov does not ask."""
