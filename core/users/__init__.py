"""People who sign in: users, their roles and teams, sessions and tokens."""
