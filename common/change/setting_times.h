// SPDX-License-Identifier: Apache-2.0
// Those settings of an org that are durations, or hold one beside words: how they are read from what was typed, and
// shown. Functions as of struct org_setting.
#pragma once
#include "change/settings.h"

// A duration between the setting's `least` and `most`; 0 is its `unset`.
enum status setting_set_duration(const struct org_setting *setting, struct org *org, const char *value);
void setting_read_duration(const struct org_setting *setting, const struct org *org, struct setting_value *ret_value);

// "keys": words, "recent:" and "live:" with a duration.
enum status setting_set_keys(const struct org_setting *setting, struct org *org, const char *value);
void setting_read_keys(const struct org_setting *setting, const struct org *org, struct setting_value *ret_value);

// "gone-after": a duration or "never".
enum status setting_set_gone_after(const struct org_setting *setting, struct org *org, const char *value);
void setting_read_gone_after(const struct org_setting *setting, const struct org *org, struct setting_value *ret_value);
