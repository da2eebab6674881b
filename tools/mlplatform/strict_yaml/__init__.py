"""The one dialect of YAML that the platform reads and writes: YAML 1.2 less what people misread."""
