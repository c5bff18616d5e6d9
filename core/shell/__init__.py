"""The frame around every page: the rail, today's page, the palette."""
