"""What plugins that require sales may import."""

from .credits import Credit

__all__ = ["Credit"]
