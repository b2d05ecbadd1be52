# SPDX-License-Identifier: Apache-2.0
"""GitHub, and an enterprise server of it. Read: its documentation of the device flow and of the REST API for users."""
import clients
import people
from answers import Reply
from kind import Kind, instead, page, told


def _told(error, description):
    """Every answer of its OAuth endpoints is HTTP 200, errors too."""
    return told(error, description, status=200)


def _user(document, ask):
    """No OpenID: the account's number is who somebody is."""
    user = people.user(ask)
    return {"login": user, "id": int(people.digits(ask, ask.grant.person, 8)), "node_id": "MDQ6VXNlcjE=",
            "type": "User", "site_admin": False, "name": user.title(), "email": None}


def _emails(document, ask):
    person = ask.grant.person
    return [{"email": f"old-{person}", "primary": False, "verified": True, "visibility": None},
            {"email": person, "primary": True, "verified": True, "visibility": "private"},
            {"email": f"{people.user(ask)}@users.noreply.github.com", "primary": False, "verified": True,
             "visibility": None}]


def _agent(request):
    """The API refuses whoever does not say what they are."""
    def change(document, ask):
        if not ask.headers.get("user-agent"):
            return Reply(b"Request forbidden by administrative rules. Please make sure your request has a User-Agent "
                         b"header.", 403, "text/html")
        return request(document, ask)
    return change


def _only_public(registered, ask):
    registered.secret = ""


def _kind(name, host, api):
    return Kind(
        name, host, "", endpoints={"device": "/login/device/code", "token": "/login/oauth/access_token",
                                   "keys": "/login/none", "userinfo": f"{api}/user", "emails": f"{api}/user/emails"},
        hidden=("emails",), verification="/login/device", complete="", code="AAAA-AAAA", expires_in=899,
        authenticate=clients.only_form, differs="no OpenID: no discovery, no ID token, no keys; who somebody is says its "
        "API, their addresses another request; every answer of its OAuth endpoints is 200",
        # [RFC 6749 5.2] 400 is wanted. Leniency: the error word counts.
        answers={"pending": _told("authorization_pending", "The authorization request is still pending."),
                 "slow_down": _told("slow_down", "Too many requests have been made in the same timeframe."),
                 "denied": _told("access_denied", "The authorization request was denied."),
                 "expired": _told("expired_token", "The device code has expired."),
                 "unknown_code": _told("incorrect_device_code", "The device_code provided is not valid."),
                 "unknown_client": _told("incorrect_client_credentials", "The client_id is incorrect."),
                 "unknown_grant": _told("unsupported_grant_type", "The grant type is not supported."),
                 "bad_token": told("", status=401)},
        changes={"client": _only_public, "discovery": instead(page(404, "Page not found")),
                 "keys": instead(page(404, "Page not found")), "userinfo": _agent(_user), "emails": _agent(_emails)},
        wrong={
            "grant-off": {"device": instead(_told("device_flow_disabled",
                                                  "Device Flow must be explicitly enabled for this App"))},
            "unverified-mail": {"emails": lambda document, ask: [
                {**one, "verified": not one["primary"]} for one in document]},
            "no-primary": {"emails": lambda document, ask: [{**one, "primary": False} for one in document]},
            "two-primary": {"emails": lambda document, ask: [{**one, "primary": True} for one in document]},
            "words-for-true": {"emails": lambda document, ask: [
                {**one, "verified": "true", "primary": one["primary"]} for one in document]},
            "no-emails": {"emails": instead(told("", status=404))},
            "emails-object": {"emails": lambda document, ask: {"list": document}},
            "string-id": {"userinfo": lambda document, ask: {**document, "id": str(document["id"])}},
            "zero-id": {"userinfo": lambda document, ask: {**document, "id": 0}},
        })


GITHUB = _kind("github", "github.com", "//api.github.com")
GITHUB_ENTERPRISE = _kind("github-enterprise", "github.zoo.test", "/api/v3")
KINDS = (GITHUB, GITHUB_ENTERPRISE)
