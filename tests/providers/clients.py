# SPDX-License-Identifier: Apache-2.0
"""How the providers tell whether a request is from their client: each function gives the Reply that refuses it, or
None."""
import base64
import binascii
import urllib.parse

CLIENT_ID, CLIENT_SECRET = "hosts", "zoo-secret_0123456789.abcdefghij"
PROJECT = "264012345678901234"  # the further audience where clients belong to one


def basic(ask):
    """(client id, secret) of the Authorization header (RFC 6749 2.3.1), or empty ones."""
    word, _, value = ask.headers.get("authorization", "").partition(" ")
    if word.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode("latin-1").partition(":")
    except binascii.Error:
        return "", ""
    return urllib.parse.unquote_plus(name), urllib.parse.unquote_plus(secret)


def in_form(ask):
    return ask.form.get("client_id", ""), ask.form.get("client_secret", "")


def judged(ask, client_id, secret):
    if client_id != CLIENT_ID:
        return ask.answer("unknown_client")
    if not ask.client.secret:
        return ask.answer("secret_not_wanted") if secret and ask.client.public_and_strict else None
    if not secret:
        return ask.answer("no_secret")
    return ask.answer("wrong_secret") if secret != ask.client.secret else None


def either(ask, request):
    """Basic or the form, as RFC 6749 2.3.1 wants it."""
    name, secret = basic(ask)
    return judged(ask, *((name, secret) if name else in_form(ask)))


def only_form(ask, request):
    return judged(ask, *in_form(ask))


def only_basic(ask, request):
    """For a client that is registered with client_secret_basic, and where nothing else counts then."""
    name, secret = basic(ask)
    if ask.client.secret and ask.form.get("client_secret"):
        return ask.answer("other_method")
    return judged(ask, name or ask.form.get("client_id", ""), secret)


def form_id_at_device(then):
    """The device endpoint reads client_id from the form and looks at no secret; the token endpoint checks as THEN."""
    def check(ask, request):
        if request != "device":
            return then(ask, request)
        return None if ask.form.get("client_id") == CLIENT_ID else ask.answer("unknown_client")
    return check


def secret_at_token(then):
    """The device endpoint checks no secret."""
    def check(ask, request):
        if request != "device":
            return then(ask, request)
        name = basic(ask)[0] or ask.form.get("client_id")
        return None if name == CLIENT_ID else ask.answer("unknown_client")
    return check


def nobody(ask, request):
    """No client is refused here."""
