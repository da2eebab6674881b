from tests.support.stack import paths, target

__all__ = ["paths", "target"]
