"""What may be done with people, their rights, sessions and tokens. Nobody gives away more rights than they have."""

from core.users.operations.first_run import set_up, setup_code
from core.users.operations.forgotten import ask_for_link, mail_link
from core.users.operations.leaving import begin_hand_over, hand_over
from core.users.operations.people import add_user, create_user, set_active, update_user
from core.users.operations.profile import update_profile
from core.users.operations.rights import ensure_default_roles, remove_role, save_role, set_roles
from core.users.operations.signing_in import (
    change_password,
    choose_password,
    end_sessions,
    note_use,
    password_link,
    sign_in,
    sign_out,
    user_of_link,
)
from core.users.operations.teams import create_team, set_members, update_team
from core.users.operations.tokens import make_token, revoke_token

__all__ = [
    "add_user",
    "ask_for_link",
    "begin_hand_over",
    "change_password",
    "choose_password",
    "create_team",
    "create_user",
    "end_sessions",
    "ensure_default_roles",
    "hand_over",
    "mail_link",
    "make_token",
    "note_use",
    "password_link",
    "remove_role",
    "revoke_token",
    "save_role",
    "set_active",
    "set_members",
    "set_roles",
    "set_up",
    "setup_code",
    "sign_in",
    "sign_out",
    "update_profile",
    "update_team",
    "update_user",
    "user_of_link",
]
