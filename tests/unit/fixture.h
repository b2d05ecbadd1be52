// SPDX-License-Identifier: Apache-2.0
// A store in a directory of its own, and the org acme in it: the ground of the tests of changes.
#pragma once
#include <stdint.h>

#include "change/account.h"
#include "change/connection.h"
#include "change/identity.h"
#include "change/member.h"
#include "store/confirmed.h"
#include "store/here.h"
#include "unit.h"

extern char directory[64];
extern char map_path[96];
extern struct config config;
extern struct store *store;
extern struct change_host host;
extern struct error error;
extern struct change_done done;
extern struct identity_unlinked unlinked;
extern struct member_added added;
extern struct member_changed changed_member;
extern struct account_changed changed_account;
extern struct connection_try try_result; // of try_connection()

// Root acts, on the host.
extern const struct change_by by_root;

void open_store(enum store_mode mode);
int make_store(void **state);
int remove_store(void **state);
enum status make(struct change change);

enum status make_as(const char *who, enum right right, struct change change); // in a session that opened acme
enum status create_org(const char *slug, const char *owner);
void create_acme(void);
enum status transfer_acme(const char *email);

// A viewer of the org acme, of whom nothing else is said.
struct member_add new_member(const char *email);

enum status add(const struct member_add *add);
enum status add_member(const char *email); // new_member()
enum status remove_member(const char *email);
enum status suspend_member(const char *email);
enum status resume_member(const char *email);
enum status give_role(const char *email, enum role role);
enum status lock_account(const char *email);
enum status unlock_account(const char *email);
enum status rename_account(const char *email, const char *login);
enum status remove_account(const char *email);
enum status retire_account(const char *email);

// By the org acme, through its provider or whichever governs the address. EXPIRES_AT_S: 0 for the org's lifetime.
enum status invite_to_acme(const char *email, enum role role, int64_t expires_at_s);

enum status add_domain(const char *org, const char *domain);
enum status verify_domain(const char *org, const char *domain); // by hand
enum status remove_domain(const char *org, const char *domain);
struct connection new_connection(const char *client_id);
enum status set_connection(const char *client_id);
enum status try_connection(const char *client_id); // a test sign-in has succeeded
enum status remove_connection(void);
enum status set_provisioning(enum provisioning provisioning);
enum status set_enforcement(enum enforcement enforcement);
enum status set_setting(const char *key, const char *value);

// Enforcement, where the owner has just typed their password.
enum status enforce_as_owner(enum enforcement enforcement);
enum status set_password(const char *email, const char *password);
enum status remove_password(const char *email);
enum status link_identity(const char *email, const char *subject); // at acme's provider
enum status unlink_identity(const char *email);
void fixture_set_up(enum provisioning provisioning);
void fixture_set_up_two(void); // with JIT, and an org beta
void enforce(void);            // acme does, from here on
struct store_txn *read_txn(void);
uint64_t count(enum store_table table);
struct account get_account(const char *login);

// What this host alone knows of the account.
struct account_here seen_here(const char *login);
struct org stored_org(const char *slug);
enum status map_group(const char *provider, const char *name);
enum status unmap_group(const char *provider);
// The fingerprint of acme's connection in SLOT, as it is now.
void read_fingerprint(enum connection_slot slot, char ret_fingerprint[static FINGERPRINT_SIZE]);

// A test with that ground under it.
#define STORE_TEST(function) cmocka_unit_test_setup_teardown(function, make_store, remove_store)
