"""A browser in small: walks a provider's pages as a person would, by forms."""
import html.parser
import http.cookiejar
import ssl
import urllib.error
import urllib.parse
import urllib.request

MAX_PAGES = 12
HANG_S = 60


class Page(html.parser.HTMLParser):
    """What a walk needs of a page: its forms, and what it says has happened."""

    def __init__(self, url, text):
        super().__init__()
        self.url = url
        self.text = text
        self.forms = []
        self.ids = set()
        self.words = ""
        self._said = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attr = dict(attrs)
        if "id" in attr:
            self.ids.add(attr["id"])
        if attr.get("id") in ("problem", "done"):
            self._said = tag
        if tag == "form":
            self.forms.append({"action": attr.get("action", ""), "fields": {}})
        elif tag == "input" and self.forms and attr.get("name"):
            self._input(attr)

    def _input(self, attr):
        fields = self.forms[-1]["fields"]
        if attr.get("type") != "radio" or "checked" in attr:
            fields[attr["name"]] = attr.get("value", "")

    def handle_endtag(self, tag):
        if tag == self._said:
            self._said = None

    def handle_data(self, data):
        if self._said:
            self.words += data


class Browser:
    def __init__(self, ca_file):
        context = ssl.create_default_context(cafile=ca_file)
        context.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python has it by itself from 3.13 on
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=context),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
        )

    def load(self, url, fields=None):
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        try:
            with self._opener.open(url, data, timeout=HANG_S) as answer:
                return Page(answer.geturl(), answer.read().decode())
        except urllib.error.HTTPError as error:
            return Page(error.geturl(), error.read().decode(errors="replace"))

    def submit(self, page, **changes):
        form = page.forms[0]
        url = urllib.parse.urljoin(page.url, form["action"])
        return self.load(url, {**form["fields"], **changes})


def next_page(browser, page, code, person, answer):
    """The one step that a person would take on this page."""
    fields = page.forms[0]["fields"]
    if "other" in fields:
        return browser.submit(page, other=person, answer=answer)
    if "confirm" in fields:
        return browser.submit(page, **({"abort": "yes"} if answer == "abort" else {}))
    if "xsrf" in fields and not fields.get("user_code"):
        return browser.submit(page, user_code=code)
    return browser.submit(page)


def walk(ca_file, url, code, person, answer="approve"):
    """Answer a sign-in: "approve" or "decline" it, or "abort" at the code.

    Gives back "done", or the provider's own words when it says no.
    """
    browser = Browser(ca_file)
    page = browser.load(url)
    for _ in range(MAX_PAGES):
        if "done" in page.ids:
            return "done"
        if page.words or not page.forms:
            return page.words.strip() or page.text[:400]
        page = next_page(browser, page, code, person, answer)
    raise RuntimeError(f"no end to the provider's pages, last {page.url}")
