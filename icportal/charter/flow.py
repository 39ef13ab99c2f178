"""The way of a signature: draft → signed → in review → published."""

from __future__ import annotations

from icportal.charter.enums import Permission
from icportal.charter.enums import SignatureState as S
from icportal.core.permissions import Predicate
from icportal.core.strings import _l, _lp
from icportal.workflow.definition import Definition, State, Transition

#: The states in which the city can still change what it filled in.
EDITABLE = frozenset({S.DRAFT, S.SIGNED, S.CHANGES_REQUESTED})
#: The states of a signature that has neither come to the registry nor been given up.
OPEN = EDITABLE | {S.REVIEW}

carries_signature = Predicate(lambda _actor, signature: signature is None or signature.signed_at is not None)

SIGNATURE = Definition(
    key="charter.signature",
    initial=S.DRAFT,
    states=(
        State(S.DRAFT, _lp("state", "Draft"), "draft", _l("the mayor's office")),
        State(S.SIGNED, _lp("state", "Signed, not sent in"), "draft", _l("the mayor's office")),
        State(S.REVIEW, _lp("state", "In review"), "waiting", _l("a coordinator")),
        State(S.CHANGES_REQUESTED, _lp("state", "Changes requested"), "stopped", _l("the mayor's office")),
        State(S.PUBLISHED, _lp("state", "Published"), "done"),
        State(S.WITHDRAWN, _lp("state", "Withdrawn"), "stopped"),
        State(S.SUPERSEDED, _lp("state", "Renewed since"), "draft"),
    ),
    transitions=(
        Transition(
            "sign", frozenset({S.DRAFT, S.CHANGES_REQUESTED}), S.SIGNED, Permission.SIGN, _l("Sign"),
            _l("Who signed, when, and the exact text are recorded, and you get a receipt. Nothing is public yet."),
            tone="primary",
        ),
        Transition(
            "reopen", frozenset({S.SIGNED}), S.DRAFT, Permission.SIGN, _l("Undo the signature"),
            _l("The signature and its receipt no longer count; what you filled in stays, and you can sign again."),
        ),
        Transition(
            "submit", frozenset({S.SIGNED, S.CHANGES_REQUESTED}), S.REVIEW, Permission.SUBMIT, _l("Send to the network"),
            _l("A coordinator compares your files with what you filled in and publishes the signature or tells you what is missing."),
            condition=carries_signature, tone="primary",
        ),
        Transition(
            "publish", frozenset({S.REVIEW}), S.PUBLISHED, Permission.CHECK, _l("Publish in the registry"),
            _l("The city stands in the public registry at once, with the date of its signature. Its people get a mail."),
            four_eyes=True, binds=True, tone="primary",
        ),
        Transition(
            "request_changes", frozenset({S.REVIEW}), S.CHANGES_REQUESTED, Permission.CHECK, _l("Send back"),
            _l("The city's people get your reason by mail, mend it and send it again."), needs_reason=True, binds=True,
        ),
        Transition(
            "withdraw", frozenset({S.DRAFT, S.SIGNED, S.REVIEW, S.CHANGES_REQUESTED, S.PUBLISHED}), S.WITHDRAWN,
            Permission.WITHDRAW, _l("Withdraw the signature"),
            _l("It ends here. If it was public, the registry says from when to when the city had signed; the history stays for ever."),
            needs_reason=True, tone="danger",
        ),
        Transition(
            "supersede", frozenset({S.PUBLISHED}), S.SUPERSEDED, Permission.SUPERSEDE, _l("Renewed by a later signature"),
            automatic=True,
        ),
        Transition(
            "adopt", frozenset({S.DRAFT}), S.PUBLISHED, Permission.IMPORT, _l("Taken over from the network's records"),
            automatic=True,
        ),
    ),
)  # fmt: skip
