"""Pages about people: signing in, the own settings, and the administration of people, roles and teams."""

from flask import Blueprint

from core.users.views import administration, profile, rights, signing_in

blueprint = Blueprint("users", __name__)

for _part in (signing_in, profile, administration, rights):
    _part.add_pages(blueprint)
