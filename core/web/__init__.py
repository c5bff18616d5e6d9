"""What stands between a request and a page: audiences, the actor, sessions, forgery checks, headers and rate limits."""
