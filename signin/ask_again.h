// SPDX-License-Identifier: Apache-2.0
// The account phase of a key login asks the providers that must say so whether the person is still theirs (POLICY K9).
#pragma once
#include <stdbool.h>

#include "facts/facts.h"
#include "session.h"

// Asks all of them at once, for two seconds in all, and stores what they say: one refresh at a time of each person,
// with no lock of the store held meanwhile. Whoever does not answer has said nothing. Whether anybody was asked, by
// this process or another: FACTS are to be loaded anew then.
bool ask_again(struct session *s, const struct facts *facts);
