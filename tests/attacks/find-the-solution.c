// attack: walks the whole file system looking for C sources and for programs named like the exercise's
// expect: wrong-output
static int seen;
static void walk(const char *path, int depth)
{
    DIR *dir = depth < 7 && strncmp(path, "/proc", 5) != 0 && strncmp(path, "/usr/include", 12) != 0 ? opendir(path) : NULL;
    for (struct dirent *d; dir && (d = readdir(dir)) && seen < 20000;) {
        char name[PATH_MAX];
        if (d->d_name[0] == '.' || snprintf(name, sizeof name, "%s/%s", strcmp(path, "/") ? path : "", d->d_name) >= PATH_MAX)
            continue;
        seen++;
        if (strstr(d->d_name, "pipe_hello")) {
            printf("%s\n", name);
            if (strncmp(name, "/src/", 5) != 0 && strncmp(name, "/out/", 5) != 0)
                escaped(name);
        }
        if (d->d_type == DT_DIR)
            walk(name, depth + 1);
    }
    if (dir)
        closedir(dir);
}
int main(void)
{
    walk("/", 0);
    return 0;
}
