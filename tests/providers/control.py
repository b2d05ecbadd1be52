# SPDX-License-Identifier: Apache-2.0
"""Telling a zoo that runs what people answer, and what is to be wrong."""
import http.client
import json
import ssl
import urllib.parse

HANG_S = 60  # a guard against hanging


class Control:
    """A zoo on loopback. Its certificate is not looked at: whoever has that port on this host is asked."""

    def __init__(self, port):
        self.port = port
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE

    def post(self, path, **form):
        """The text of the answer; ValueError if it is a refusal."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=HANG_S, context=self.context)
        try:
            connection.request("POST", path, urllib.parse.urlencode(form),
                               {"Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200:
            raise ValueError(text.strip())
        return text

    def answer(self, user_code, what, person="", groups=()):
        self.post("/-/answer", user_code=user_code, what=what, person=person, groups=",".join(groups))

    def wrong(self, provider, *what):
        self.post("/-/wrong", provider=provider, what=",".join(what))

    def waiting(self):
        """{code: provider} of what nobody has answered yet."""
        return json.loads(self.post("/-/waiting"))

    def counts(self):
        return json.loads(self.post("/-/counts"))

    def said(self, provider):
        """The words of the provider's last answer, if that was an error."""
        return json.loads(self.post("/-/said")).get(provider, [])
