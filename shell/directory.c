/* directory.c - `weir check DIR` and `weir backup DIR DEST`: a data directory that nobody has open. */
#include <stdio.h>
#include <unistd.h>

#include "engine/dir.h"
#include "shell/command_table.h"
#include "shell/commands.h"

static enum exit_code failed(const struct err *err)
{
    fprintf(stderr, "weir: error: %s\n", err->text);
    return exit_code_of(err->code);
}

static void print_finding(void *arg, const struct dir_finding *finding)
{
    (void)arg;
    printf("%s: %s\n", finding->damaged ? "damaged" : "note", finding->text);
}

int check_main(int argc, char **argv)
{
    struct arguments a;
    struct disk *disk;
    uint64_t damages;
    struct err err;
    int rc;

    if (options_parse(&command_check, argc, argv, &a, &err)) return usage_error("check", &err);
    if (isatty(STDERR_FILENO)) fprintf(stderr, "weir: reading %s ...\n", a.operands[0]);
    disk = disk_real(DISK_SYNC);
    rc = dir_check(disk, a.operands[0], print_finding, NULL, &damages, &err);
    disk_free(disk);
    if (rc) return failed(&err);
    if (damages) fprintf(stderr, "weir: %llu damaged place%s\n", (unsigned long long)damages, damages == 1 ? "" : "s");
    if (!damages) fprintf(stderr, "weir: %s is whole\n", a.operands[0]);
    return damages ? EXIT_STORAGE : EXIT_DONE;
}

int backup_main(int argc, char **argv)
{
    struct arguments a;
    struct disk *disk;
    uint64_t bytes;
    struct err err;
    int rc;

    if (options_parse(&command_backup, argc, argv, &a, &err)) return usage_error("backup", &err);
    disk = disk_real(DISK_SYNC);
    rc = dir_backup(disk, a.operands[0], a.operands[1], &bytes, &err);
    disk_free(disk);
    if (rc) return failed(&err);
    fprintf(stderr, "weir: %llu bytes copied\n", (unsigned long long)bytes);
    return EXIT_DONE;
}
