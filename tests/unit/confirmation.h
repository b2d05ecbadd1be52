// SPDX-License-Identifier: Apache-2.0
// Acme's connection and settings as its owner or an operator sets them, and whether what there is now is what an
// operator has seen (POLICY "confirmed connection").
#pragma once
#include "change/org_settings.h"
#include "fixture.h"

#define BOSS "boss@example.org"
#define ALICE "alice@acme.test"

// Of the functions below.
extern struct connection_changed connection_result;
extern struct org_settings_changed setting_result;

// As BOSS in a session that opened acme or, BY_OPERATOR, as root.
enum status set_connection_by(const struct connection *connection, bool by_operator);
enum status set_setting_by(const char *key, const char *value, bool by_operator);

// The connection with CLIENT and the certificates CA.
enum status set_ca(const char *client, const char *ca, bool by_operator);

bool is_confirmed(void);

// Alice, who holds no local group, becomes what POLICY calls guarded by being mapped.
void guard_alice(void);
