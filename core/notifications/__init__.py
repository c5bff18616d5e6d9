"""Notifications: what a person should know, behind the bell of every page."""

from core.notifications.models import Notification
from core.notifications.operations import notify

__all__ = ["Notification", "notify"]
