"""What people do with signatures. Each service checks who asks, writes once, records it, and tells those concerned."""

from icportal.charter.services.checking import (
    adopt_historic_signature,
    publish_signature,
    request_changes,
    withdraw_signature,
)
from icportal.charter.services.preparing import (
    plan_ceremony,
    record_council_decision,
    record_mandate,
    record_notification,
    start_renewal,
    start_signature,
)
from icportal.charter.services.renewing import ask_for_delay, decide_delay, remind_of_renewals
from icportal.charter.services.signing import (
    reopen_signature,
    sign_on_screen,
    signature_hash,
    submit_signature,
    upload_signed_deed,
)

__all__ = [
    "adopt_historic_signature",
    "ask_for_delay",
    "decide_delay",
    "plan_ceremony",
    "publish_signature",
    "record_council_decision",
    "record_mandate",
    "record_notification",
    "remind_of_renewals",
    "reopen_signature",
    "request_changes",
    "sign_on_screen",
    "signature_hash",
    "start_renewal",
    "start_signature",
    "submit_signature",
    "upload_signed_deed",
    "withdraw_signature",
]
