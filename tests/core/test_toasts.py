"""Toasts that wait for the next page stay few, however much is done before anybody opens one."""

import json

from flask import Flask, session

from core.web.render import MOST_WAITING, toast


def test_only_the_last_toasts_wait_in_the_cookie(app: Flask) -> None:
    with app.test_request_context():
        for number in range(3 * MOST_WAITING):
            toast(f"Said {number}")
        told = [json.loads(message)["text"] for _category, message in session["_flashes"]]
    assert told == [f"Said {number}" for number in range(2 * MOST_WAITING, 3 * MOST_WAITING)]
