/* replay.c - runs a fuzz target over the files of a folder, without a fuzzer */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

/* Copies into memory of exactly that size, so that sanitizers see overreads. */
static bool
replay_file(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0) {
		perror(name);
		return false;
	}

	size_t len = (size_t)st.st_size;
	uint8_t *data = malloc(len > 0 ? len : 1);
	if (data == NULL || read(fd, data, len) != (ssize_t)len) {
		perror(name);
		return false;
	}

	close(fd);
	LLVMFuzzerTestOneInput(data, len);
	free(data);
	return true;
}

int
main(int argc, char **argv)
{
	DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
	if (dir == NULL) {
		fprintf(stderr, "usage: %s FOLDER-OF-SEEDS\n", argv[0]);
		return 2;
	}

	int n = 0;
	for (struct dirent *d; (d = readdir(dir)) != NULL;) {
		if (d->d_name[0] == '.')
			continue;
		if (!replay_file(dirfd(dir), d->d_name))
			return 1;
		n++;
	}
	closedir(dir);
	printf("%d inputs\n", n);
	return n > 0 ? 0 : 1;
}
