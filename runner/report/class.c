#include "report/class_view.h"

static int class_json(FILE *out, const struct gradebook *g, const struct class_options *o,
                      struct err *e)
{
    (void)o;
    return class_write_json(out, gradebook_to_json(g), e);
}

const struct class_format class_formats[] = {
    {"html", "html", false, MSG_REPORT_FORMAT_HTML, class_html},
    {"csv", "csv", false, MSG_REPORT_FORMAT_CSV, class_csv},
    {"canvas", "canvas.csv", false, MSG_REPORT_FORMAT_CANVAS, class_canvas},
    {"moodle", "moodle.csv", false, MSG_REPORT_FORMAT_MOODLE, class_moodle},
    {"json", "json", false, MSG_REPORT_FORMAT_JSON, class_json},
    {"junit", "xml", false, MSG_REPORT_FORMAT_JUNIT, class_junit},
    {"tap", "tap", false, MSG_REPORT_FORMAT_TAP, class_tap},
    {"feedback", "md", true, MSG_REPORT_FORMAT_FEEDBACK, class_feedback},
    {"gradescope", "results.json", true, MSG_REPORT_FORMAT_GRADESCOPE, class_gradescope},
    {"prairielearn", "results.json", true, MSG_REPORT_FORMAT_PRAIRIELEARN, class_prairielearn},
    {"autolab", "txt", true, MSG_REPORT_FORMAT_AUTOLAB, class_autolab},
    {NULL, NULL, false, MSG_COUNT, NULL},
};

const struct class_format *class_format_find(const char *name)
{
    for (const struct class_format *f = class_formats; f->name; f++)
        if (str_equal(f->name, name))
            return f;
    return NULL;
}
