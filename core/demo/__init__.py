"""The demo: a believable company with customers, people and two years of history, of any size, the same for a seed.

Each plugin adds its own part, a `DemoPart` in its module `demo`; the core finds it through the host.
"""

from core.demo.loading import SIGN_IN, SignIn, has_customers, is_begun, is_loaded, load

__all__ = ["SIGN_IN", "SignIn", "has_customers", "is_begun", "is_loaded", "load"]
