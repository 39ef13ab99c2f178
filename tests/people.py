"""People of the demonstration, each in a browser of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from icportal.accounts.demonstration import PASSWORD


class Person:
    """Somebody who signs in and works through pages, as a person would."""

    def __init__(self, new_page: Callable[..., Any], address: str, **options: Any) -> None:
        self.page = new_page(**options)
        self.page.goto("/en/sign-in")
        self.page.get_by_label("Mail address").fill(address)
        self.page.get_by_label("Password", exact=False).first.fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "sign-in" not in url)

    def open(self, path: str) -> Any:
        answer = self.page.goto(path)
        assert answer.status == 200, f"{path}: {answer.status}"
        return self.page

    def press(self, name: str) -> None:
        self.page.get_by_role("main").get_by_role("button", name=name).first.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("main").get_by_role("link", name=name).first.click()
