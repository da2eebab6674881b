"""The embedded stack: the servers of each environment, up and down under `.platform/`."""
