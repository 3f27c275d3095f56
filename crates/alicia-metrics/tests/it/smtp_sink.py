"""A server of mail that keeps what it is sent: a line of JSON for each letter.

smtp_sink.py PORT FILE [CERTIFICATE KEY]

With a certificate it wants STARTTLS, and then the user `me` with the password `c4nary`. While FILE.busy is there it
takes no letter for now, and while FILE.closed is there none at all.
"""

import email
import email.policy
import json
import os
import ssl
import sys
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

port, kept = int(sys.argv[1]), sys.argv[2]


def parts(content):
    """As a program of mail reads it: the types of all parts, and what the last ones say."""
    letter = email.message_from_bytes(content, policy=email.policy.default)
    leaf = lambda part: None if part.is_multipart() else part.get_content()
    return [[part.get_content_type(), leaf(part)] for part in letter.walk()]


class Keeper:
    async def handle_DATA(self, server, session, envelope):
        asked = "busy" if os.path.exists(kept + ".busy") else "closed" if os.path.exists(kept + ".closed") else ""
        letter = {
            "asked": asked,
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "user": session.authenticated,
            "tls": session.ssl is not None,
            "content": envelope.content.decode(),
            "parts": parts(envelope.content),
        }
        with open(kept, "a") as file:
            file.write(json.dumps(letter) + "\n")
        return {"busy": "451 not now", "closed": "554 not at all"}.get(asked, "250 kept")


def known(server, session, envelope, mechanism, login):
    # `handled=False`: the answer is the server's to give.
    return AuthResult(success=login == LoginPassword(b"me", b"c4nary"), handled=False)


options = {}
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    options = {"tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": known}
Controller(Keeper(), hostname="127.0.0.1", port=port, **options).start()
while True:
    time.sleep(60)
