// SPDX-License-Identifier: Apache-2.0
// The table of an org's settings: that its rows agree with the record, with each other, and with what an org begins as.
#include <stdio.h>

#include "base/cleanup.h"
#include "change/settings.h"
#include "unit.h"

static enum status set(struct org *org, const char *key, const char *value, struct error *error)
{
  const struct org_value one = {key, value};
  const struct org_values values = {&one, 1};
  return settings_set(org, &values, error);
}

static void a_new_org_has_the_initial_value_of_each(void **state)
{
  size_t count = 0;
  const struct org_setting *settings = org_settings(&count);
  (void)state;
  for (size_t i = 0; i < count; i++) {
    const struct org fresh = {.id = 1};
    struct org org = fresh;
    struct error error = {.text = ""};
    if (settings[i].initial != NULL) {
      assert_int_equal(set(&org, settings[i].key, settings[i].initial, &error), STATUS_OK);
      assert_true(org_setting_is_same(&settings[i], &fresh, &org));
    }
  }
}

static void keys_and_columns_are_all_different(void **state)
{
  size_t count = 0;
  const struct org_setting *settings = org_settings(&count);
  (void)state;
  assert_true(count > 0);
  for (size_t i = 0; i < count; i++) {
    assert_ptr_equal(org_setting_find(settings[i].key, strlen(settings[i].key)), &settings[i]);
    for (size_t k = 0; k < i; k++) {
      assert_string_not_equal(settings[i].column, settings[k].column);
    }
  }
  assert_null(org_setting_find("trus", 4));
  assert_null(org_setting_find("", 0));
}

// A value that each takes and that is not its initial one.
static const struct org_value OTHERS[] = {
    {"name", "Acme"},
    {"provisioning", "jit"},
    {"default-role", "admin"},
    {"trust", "any"},
    {"on-link", "sso-only"},
    {"keys", "recent:90m"},
    {"allowed-domains", "acme.test b.example"},
    {"signin-from", "console"},
    {"password-from", "::1"},
    {"device-link", "code"},
    {"max-members", "4294967295"},
    {"gone-after", "30d"},
    {"admins-sudo", "yes"},
    {"login-form", "local-part"},
    {"self-made", "no"}, // of one that is
    {"required-acr", "a b"},
    {"required-amr", "otp"},
    {"required-groups", "staff,ops team,CN=Dev\\,OU=Acme,J\xc3\xb6rg"},
    {"invite-lifetime", "90d"},
    {"help", "Ask Bob"},
};

static void each_is_kept_and_changes_nothing_else(void **state)
{
  size_t count = 0;
  const struct org_setting *settings = org_settings(&count);
  (void)state;
  assert_int_equal(count, COUNT_OF(OTHERS));
  for (size_t i = 0; i < count; i++) {
    const struct org fresh = {.id = 1, .self_made = strcmp(OTHERS[i].key, "self-made") == 0};
    struct org org = fresh;
    assert_int_equal(set(&org, OTHERS[i].key, OTHERS[i].value, NULL), STATUS_OK);
    for (size_t k = 0; k < count; k++) {
      assert_int_equal(org_setting_is_same(&settings[k], &fresh, &org), strcmp(settings[k].key, OTHERS[i].key) != 0);
    }
  }
}

static void what_is_not_legal_changes_nothing_and_says_what_is(void **state)
{
  static const struct org_value WRONG[] = {
      {"name", ""},
      {"name", "a\nb"},
      {"provisioning", "jit "},
      {"default-role", "owner"},
      {"trust", "all"},
      {"keys", "recent:59s"},
      {"keys", "recent:"},
      {"keys", "recent:91d"},
      {"keys", "live:"},
      {"keys", "live:59s"},
      {"keys", "live:91d"},
      {"keys", "lively"},
      {"keys", ""},
      {"self-made", "yes"},
      {"self-made", ""},
      {"max-members", "0"},
      {"admins-sudo", "ja"},
      {"login-form", "local"},
      {"max-members", "4294967296"},
      {"signin-from", "10.0.0.0/33"},
      {"required-acr", " a"},
      {"required-acr", "a  b"},
      {"required-amr", "a\"b"},
      {"required-groups", ""}, // an empty list never means everybody
      {"required-groups", ","},
      {"required-groups", "staff,"},
      {"required-groups", "staff, ops"},
      {"required-groups", "staff,none"},
      {"required-groups", "None\x1b"},
      {"required-groups", "staff\\"},
      {"invite-lifetime", "59s"},
      {"gone-after", "23h"},
      {"gone-after", "3651d"},
      {"gone-after", "0s"},
      {"gone-after", ""},
      {"help", "a\x1b[1mb"},
      {"allowed-domains", "acme.test acme.test"},
      {"allowed-domains", "acme.test  b.test"},
      {"allowed-domains", "acme.test "},
      {"allowed-domains", "ACME.test"},
      {"allowed-domains", "."},
  };
  (void)state;
  for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
    const struct org fresh = {.id = 1};
    struct org org = fresh;
    struct error error = {.text = ""};
    assert_int_equal(set(&org, WRONG[i].key, WRONG[i].value, &error), STATUS_INVALID);
    assert_memory_equal(&org, &fresh, sizeof org);
    const struct org_setting *setting = org_setting_find(WRONG[i].key, strlen(WRONG[i].key));
    assert_non_null(setting);
    assert_non_null(strstr(error.text, setting->legal));
  }
}

// "recent:90m" comes back as it is best read.
static void keys_are_shown_as_they_are_typed(void **state)
{
  static const char *const VALUES[] = {"default",    "deny",       "allow", "required", "recent:90d",
                                       "recent:90m", "recent:61s", "live",  "live:12h"};
  struct org org = {.id = 1};
  struct setting_value value;
  (void)state;
  for (size_t i = 0; i < COUNT_OF(VALUES); i++) {
    assert_int_equal(set(&org, "keys", VALUES[i], NULL), STATUS_OK);
    org_setting_read(org_setting_find("keys", 4), &org, &value);
    assert_string_equal(value.text, VALUES[i]);
  }
}

static void required_groups_are_shown_as_they_are_typed(void **state)
{
  static const char *const VALUES[][2] = {{"staff", "staff"},
                                          {"staff,staff,ops", "staff,ops"},
                                          {"CN=Dev\\,OU=Acme", "CN=Dev\\,OU=Acme"},
                                          {"\\staff", "staff"},
                                          {"\\none", "\\none"},
                                          {"\\ staff\\ ", "\\ staff\\ "},
                                          {"none", "none"}};
  struct org org = {.id = 1};
  char text[SETTING_TEXT_SIZE];
  (void)state;
  for (size_t i = 0; i < COUNT_OF(VALUES); i++) {
    assert_int_equal(set(&org, "required-groups", VALUES[i][0], NULL), STATUS_OK);
    org_setting_typed(org_setting_find("required-groups", 15), &org, text);
    assert_string_equal(text, VALUES[i][1]);
    assert_int_equal(set(&org, "required-groups", text, NULL), STATUS_OK); // and means the same then
    org_setting_typed(org_setting_find("required-groups", 15), &org, text);
    assert_string_equal(text, VALUES[i][1]);
  }
  assert_string_equal(org.requirements.required_groups, "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_new_org_has_the_initial_value_of_each),
      cmocka_unit_test(keys_and_columns_are_all_different),
      cmocka_unit_test(each_is_kept_and_changes_nothing_else),
      cmocka_unit_test(what_is_not_legal_changes_nothing_and_says_what_is),
      cmocka_unit_test(keys_are_shown_as_they_are_typed),
      cmocka_unit_test(required_groups_are_shown_as_they_are_typed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
