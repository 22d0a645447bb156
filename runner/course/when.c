#include "course/when.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"

/* "", "Z", "+08:00", "+0800", "+08": seconds east of UTC; false when it is something else. */
static bool parse_zone(const char *text, bool *local, long *offset)
{
    int hours = 0, minutes = 0, used = 0;
    *local = *text == '\0';
    *offset = 0;
    if (*local || strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
        return true;
    if ((*text != '+' && *text != '-') || sscanf(text + 1, "%2d%n", &hours, &used) != 1)
        return false;
    const char *rest = text + 1 + used;
    rest += *rest == ':';
    used = 0;
    if (*rest && (sscanf(rest, "%2d%n", &minutes, &used) != 1 || rest[used]))
        return false;
    *offset = (hours * 60L + minutes) * 60 * (*text == '-' ? -1 : 1);
    return hours < 15 && minutes < 60;
}

/* mktime() makes 1 March of 30 February: a date that changes is no date. */
static bool is_real(const struct tm *given)
{
    struct tm t = *given;
    time_t ignored = timegm(&t);
    (void)ignored;
    return t.tm_mday == given->tm_mday && t.tm_mon == given->tm_mon &&
           t.tm_hour == given->tm_hour && t.tm_min == given->tm_min;
}

long long when_parse(const char *text, struct err *e)
{
    struct tm t = {.tm_isdst = -1, .tm_hour = 23, .tm_min = 59, .tm_sec = 59};
    int used = 0;
    bool local = true;
    long offset = 0;
    const char *rest = text;
    bool ok = sscanf(text, "%4d-%2d-%2d%n", &t.tm_year, &t.tm_mon, &t.tm_mday, &used) == 3;
    if (ok) {
        rest += used;
        used = 0;
        if (*rest == 'T' || *rest == ' ' || *rest == 't') {
            ok = sscanf(rest + 1, "%2d:%2d%n", &t.tm_hour, &t.tm_min, &used) == 2;
            rest += 1 + used;
            t.tm_sec = 0;
            used = 0;
            if (ok && sscanf(rest, ":%2d%n", &t.tm_sec, &used) == 1)
                rest += used;
        }
        ok = ok && parse_zone(rest, &local, &offset);
    }
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    if (!ok || t.tm_year < 70 || !is_real(&t))
        return err_msg(e, MSG_COURSE_BAD_TIME, text);
    return local ? (long long)mktime(&t) : (long long)timegm(&t) - offset;
}

char *when_text(long long when)
{
    time_t at = (time_t)when;
    struct tm t;
    char text[40] = "", zone[8] = "";
    if (!localtime_r(&at, &t))
        return str_dup("?");
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &t);
    strftime(zone, sizeof zone, "%z", &t);
    return str_format("%s%.3s:%s", text, zone, zone[0] ? zone + 3 : "");
}
