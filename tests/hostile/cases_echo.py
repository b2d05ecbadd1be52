# SPDX-License-Identifier: Apache-2.0
"""Answers that repeat what the provider was sent, for the log and the admin to see. The judge looks for the secrets in
every row; here they are."""
from case import Table, authorized, error, put, refused
from good import ACCESS_TOKEN, CLIENT_SECRET, DEVICE_CODE

TABLE = Table(holes="H14")
row = TABLE.row
JWT = ("--secret-jwt", CLIENT_SECRET)


def keep_assertion(device, asked):
    asked.flow["assertion"] = asked.form.get("client_assertion", "")


row("secret-jwt", "nothing; the client shows a keyed secret", authorized(), options=JWT, holes="")
row("secret-basic", "nothing; the client shows its secret in a header", authorized(), holes="",
    options=("--basic", CLIENT_SECRET))
HIDDEN = refused("MISCONFIGURED", "HTTP 400: x: ")
for name, wrong, text, options in (
        ("device-code", "the device code", DEVICE_CODE, ()),
        ("secret", "the client secret", CLIENT_SECRET, ()),
        ("secret-twice", "the client secret twice", CLIENT_SECRET + CLIENT_SECRET, ()),
        ("form", "the form that it was sent", lambda a: a.body.decode(), ()),
        ("basic", "the Authorization header that it was sent", lambda a: a.authorization, ("--basic", CLIENT_SECRET)),
        ("assertion", "the client's assertion", lambda a: a.form["client_assertion"], JWT),
        ("assertion-of-before", "the assertion of the device request", lambda a: a.flow["assertion"], JWT),
        ("cut-device-code", "the device code, where our own text is cut", "." * 175 + DEVICE_CODE, ()),
        ("cut-secret", "the client secret, where our own text is cut", "." * 175 + CLIENT_SECRET, ()),
        ("cut-start", "the client secret, cut behind its first 12 bytes", "." * 184 + CLIENT_SECRET, ())):
    row(f"echo-{name}", f"the token endpoint's error repeats {wrong}", HIDDEN,
        {"device": keep_assertion, "token": error("x", error_description=text)}, options=options)
row("echo-form-of-device", "the device endpoint's error repeats the form that it was sent", HIDDEN,
    {"device": error("x", error_description=lambda a: a.body.decode())})
row("echo-kid", "the kid is the access token", refused("TOKEN", "OIDC Core 10.1: kid"),
    {"header": put(kid=ACCESS_TOKEN)})
row("echo-alg", "the alg is the device code", refused("TOKEN", "RFC 7515 4.1.1: alg"),
    changes={"header": put(alg=DEVICE_CODE), "id_token": lambda t, a: setattr(t, "alg", "RS256")})
row("echo-issuer", "the issuer is the client secret", refused("MISCONFIGURED", "OIDC Discovery 4.3: issuer"),
    {"discovery": put(issuer=CLIENT_SECRET)})
row("echo-endpoint", "the token endpoint has the device code in its path", refused("TLS", "/token: "), only_https=True,
    changes={"discovery": put(token_endpoint=lambda a: a.at("wrong-name") + "/" + DEVICE_CODE + "/token")})
row("echo-denied", "the refusal repeats the device code", refused("DECLINED", "RFC 8628 3.5: access_denied"),
    {"token": error("access_denied", error_description=DEVICE_CODE)})
