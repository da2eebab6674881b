"""An MLflow server over HTTP, as registry and artifact store use it; MLflow itself is not imported."""

from mlplatform.providers.mlflow.server import MlflowServer, ServerError

__all__ = ["MlflowServer", "ServerError"]
