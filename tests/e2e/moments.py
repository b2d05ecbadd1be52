"""Moments as ssoctl says and takes them."""
import datetime
import time


def after(seconds):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def wait_for(until):
    while after(0) <= until:
        time.sleep(0.1)
