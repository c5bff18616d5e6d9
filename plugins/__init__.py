"""The plugins that come with Pelatis; each uses nothing that a stranger's plugin can't."""
