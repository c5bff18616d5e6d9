"""Pelatis' private heart: users, customers, the plugin host and the services that plugins stand on."""
