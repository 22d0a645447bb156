#include <stdlib.h>

#include "report/report.h"

char *report_json(const struct report *r, const struct exercise *x)
{
    json_t *json = report_to_json(r, x);
    struct buf out = BUF_INIT;
    char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
    json_decref(json);
    buf_adds(&out, text ? text : "null");
    buf_addc(&out, '\n');
    free(text);
    return buf_steal(&out);
}
