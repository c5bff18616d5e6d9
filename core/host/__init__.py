"""The plugin host: finds plugins, loads them apart from each other, gates them, migrates their tables, calls hooks.

- `manifest`, `discovery`, `loading`, `mounting`: from an entry point to a plugin at work, or to a reason why not.
- `host`, `gate`, `generation`, `states`: what is on, for every process within one request.
- `migrations`, `lifecycle`: enable, disable, purge, upgrade.
- `hookspecs`, `contributions`, `doors`, `breaker`: the hooks, and the only ways to call them.
"""
