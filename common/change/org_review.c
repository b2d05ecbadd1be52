// SPDX-License-Identifier: Apache-2.0
#include "change/org_review.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "change/context.h"

static void describe(struct change_context *c, const struct org_review_sign *in, const struct review *review)
{
  char idle[40] = ""; // what was taken for idle says how many there are to look at
  if (in->idle_s != 0) {
    memcpy(idle, ", idle from ", sizeof ", idle from ");
    text_of_duration(in->idle_s, idle + strlen(idle), sizeof idle - strlen(idle));
  }
  (void)snprintf(c->event.detail, sizeof c->event.detail,
                 "digest %s: %" PRId64 " members, %" PRId64 " admins, %" PRId64 " to look at%s%s%.120s", review->digest,
                 review->members, review->admins, review->to_look_at, idle, in->reason[0] != '\0' ? ": " : "",
                 in->reason);
  text_end_clean(c->event.detail);
}

static enum status sign(struct change_context *c, const void *input, void *ret_result)
{
  const struct org_review_sign *in = input;
  struct org_reviewed *result = ret_result;
  struct org_review kept = {.at_s = c->now_s};
  struct org org;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  const struct review_of of = {&org, c->now_s, in->idle_s};
  status = review_read(c->txn, &of, NULL, NULL, &result->review);
  if (status != STATUS_OK) {
    return status;
  }
  if (strcmp(result->review.digest, in->digest) != 0) {
    error_set(c->error,
              "org \"%s\": \"%.40s\" is not the digest of who is in it now; look at 'ssoctl review %s' again, somebody "
              "may have changed it meanwhile",
              org.slug, in->digest, org.slug);
    return STATUS_REFUSED;
  }
  kept.members = result->review.members;
  kept.to_look_at = result->review.to_look_at;
  (void)snprintf(kept.by, sizeof kept.by, "%s", c->by->actor);
  (void)snprintf(kept.digest, sizeof kept.digest, "%s", result->review.digest);
  describe(c, in, &result->review);
  return org_review_put(c->txn, org.id, &kept);
}

static const struct change_kind REVIEW = {"org.review", CHANGE_SITE, CHANGE_OF_ORG, sign, sizeof(struct org_reviewed),
                                          false};

struct change change_org_review(const struct org_review_sign *sign_off, struct org_reviewed *ret_result)
{
  return (struct change){&REVIEW, sign_off, ret_result, &ret_result->changed, sign_off->org, ""};
}
