# SPDX-License-Identifier: Apache-2.0
"""All cases, by topic."""
import cases_answers
import cases_claims
import cases_device
import cases_documents
import cases_echo
import cases_keys
import cases_lenient
import cases_tokens
import cases_transport

TOPICS = (cases_tokens, cases_keys, cases_claims, cases_documents, cases_answers, cases_device, cases_transport,
          cases_echo, cases_lenient)

CASES = tuple(case for module in TOPICS for case in module.TABLE)
assert len({case.name for case in CASES}) == len(CASES), "two cases have one name"
