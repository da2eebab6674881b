"""A GitOps control plane for machine learning: reviewed YAML in, registries and endpoints out."""
