/* Points in time as people write them: ISO 8601 dates and times. */
#ifndef COURSE_WHEN_H
#define COURSE_WHEN_H

#include "base/err.h"

/* "2026-12-01", "2026-12-01T23:59", "2026-12-01 23:59:30", with "Z" or "+08:00" behind a time;
 * without a zone it is local time, without a time the end of that day (23:59:59). Seconds since
 * 1970, or -1 and a sentence. */
long long when_parse(const char *text, struct err *e);
/* "2026-12-01T23:59:00+08:00" in local time, malloc'd. */
char *when_text(long long when);

#endif
