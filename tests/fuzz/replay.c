/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a fuzz target, without a fuzzer, over files: what was found once stays found, with every compiler, in `make check`. Linked with
 * one target as replay_NAME it takes all files of tests/fuzz/corpus/NAME; with arguments, those files. The result is TAP. */
#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A copy of exactly this size, so that a sanitizer sees the first byte that is read behind it. */
static uint8_t *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	long end;

	if (!file)
		return NULL;
	if (!fseek(file, 0, SEEK_END) && (end = ftell(file)) >= 0 && !fseek(file, 0, SEEK_SET)) {
		*size = (size_t)end;
		data = malloc(*size ? *size : 1);
		if (data && fread(data, 1, *size, file) != *size) {
			free(data);
			data = NULL;
		}
	}
	fclose(file);
	return data;
}

static int replay(unsigned number, const char *path)
{
	size_t size = 0;
	uint8_t *data;

	printf("# %s\n", path);                 /* said before: the target may end us */
	fflush(stdout);
	data = read_file(path, &size);
	if (data)
		LLVMFuzzerTestOneInput(data, size);
	printf("%s %u - %s\n", data ? "ok" : "not ok", number, base_name(path));
	free(data);
	return data ? 0 : 1;
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int replay_folder(const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_input, alphasort), failed = 0;

	if (count <= 0) {
		printf("1..1\nnot ok 1 - %s: %s\n", folder, count < 0 ? strerror(errno) : "is empty");
		return 1;
	}
	printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		char *path;

		if (asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0)
			abort();
		failed += replay((unsigned)i + 1, path);
		free(path);
		free(entries[i]);
	}
	free(entries);
	return failed > 0;
}

int main(int argc, char *argv[])
{
	const char *name = strstr(base_name(argv[0]), "replay_"), *top = getenv("top_srcdir");
	char *folder;
	int failed = 0;

	if (argc == 1) {
		if (asprintf(&folder, "%s/tests/fuzz/corpus/%s", top ? top : ".", name ? name + strlen("replay_") : "") < 0)
			abort();
		failed = replay_folder(folder);
		free(folder);
		return failed;
	}
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++)
		failed += replay((unsigned)i, argv[i]);
	return failed > 0;
}
