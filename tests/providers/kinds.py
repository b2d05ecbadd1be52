# SPDX-License-Identifier: Apache-2.0
"""All rows."""
import rows_cloud
import rows_github
import rows_hosted
import rows_microsoft
import rows_small

KINDS = (*rows_cloud.KINDS, *rows_microsoft.KINDS, *rows_hosted.KINDS, *rows_small.KINDS,
         *rows_github.KINDS)
assert len({kind.name for kind in KINDS}) == len(KINDS), "two kinds have one name"
