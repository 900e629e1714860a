"""powerlake: a Delta lakehouse and distributed machine learning for an electric utility."""

__version__ = "0.1.0"
