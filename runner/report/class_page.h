/* Inside the report room only: look and behaviour of the class page. No network, no fonts, no
 * library: everything is in the one file. Without scripts the page works, only sorting and
 * filtering are missing. */
#ifndef REPORT_CLASS_PAGE_H
#define REPORT_CLASS_PAGE_H

extern const char class_page_style[];
extern const char class_page_script[];

#endif
