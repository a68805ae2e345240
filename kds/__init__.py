"""The kitchen display and the core it shares with the bridge; importing it loads nothing else."""

__version__ = "0.1.0"
