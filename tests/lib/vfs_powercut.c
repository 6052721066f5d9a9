/* vfs_powercut.c - files of SQLite as a power cut would leave them */
#include "vfs_powercut.h"

#include <sqlite3.h>

#define SECTOR 512
#define FILES_MAX 8

struct op {
	struct op *next;
	int64_t at;
	int64_t len; /* -1: cut the file to `at` bytes */
	uint8_t data[];
};

struct watched {
	char path[512];
	bool is_there;	  /* its name would survive */
	uint8_t *durable; /* content that would survive in any case */
	int64_t len;
	struct op *first, **last; /* not synced */
};

struct file {
	sqlite3_file base;
	struct watched *w; /* NULL = passed through */
	sqlite3_file *real;
};

static struct {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	const char *name;
	struct watched files[FILES_MAX];
	int n_files;
	powercut_step *step;
	void *ctx;
	int64_t n;
} cut;

static void *
must(void *p)
{
	assert(p != NULL);
	return p;
}

static void
step(void)
{
	cut.n++;
	if (cut.step != NULL)
		cut.step(cut.ctx, cut.n);
}

/* Applies one operation, or the sectors of it that the bits choose. */
static void
apply(uint8_t **p, int64_t *len, const struct op *o, uint64_t sectors)
{
	if (o->len < 0) {
		if ((sectors & 1) != 0 && o->at < *len)
			*len = o->at;
		return;
	}
	for (int64_t done = 0; done < o->len;
	     sectors = sectors >> 1 | sectors << 63) {
		int64_t at = o->at + done;
		int64_t n = SECTOR - at % SECTOR;

		n = n < o->len - done ? n : o->len - done;
		if ((sectors & 1) != 0) {
			if (at + n > *len) {
				*p = must(realloc(*p, (size_t)(at + n)));
				memset(*p + *len, 0, (size_t)(at + n - *len));
				*len = at + n;
			}
			memcpy(*p + at, o->data + done, (size_t)n);
		}
		done += n;
	}
}

static void
ops_free(struct watched *w)
{
	while (w->first != NULL) {
		struct op *o = w->first;

		w->first = o->next;
		free(o);
	}
	w->last = &w->first;
}

static void
op_add(struct watched *w, int64_t at, const void *p, int64_t len)
{
	struct op *o = must(malloc(sizeof(*o) + (len > 0 ? (size_t)len : 0)));

	*o = (struct op){ .at = at, .len = len };
	if (len > 0)
		memcpy(o->data, p, (size_t)len);
	*w->last = o;
	w->last = &o->next;
}

static struct watched *
watch(const char *path)
{
	const char *base = path ? strrchr(path, '/') : NULL;
	struct watched *w;

	if (base == NULL ||
	    strncmp(base + 1, cut.name, strlen(cut.name)) != 0 ||
	    strstr(base, "-shm") != NULL)
		return NULL;
	for (int i = 0; i < cut.n_files; i++) {
		if (strcmp(cut.files[i].path, path) == 0)
			return &cut.files[i];
	}
	assert(cut.n_files < FILES_MAX);
	w = &cut.files[cut.n_files++];
	*w = (struct watched){ 0 };
	(void)snprintf(w->path, sizeof(w->path), "%s", path);
	w->last = &w->first;
	return w;
}

static sqlite3_file *
real_of(sqlite3_file *f)
{
	return ((struct file *)f)->real;
}

static int
x_close(sqlite3_file *f)
{
	return real_of(f)->pMethods->xClose(real_of(f));
}

static int
x_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return real_of(f)->pMethods->xRead(real_of(f), p, n, at);
}

static int
x_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	struct watched *w = ((struct file *)f)->w;

	if (w != NULL) {
		step();
		op_add(w, at, p, n);
	}
	return real_of(f)->pMethods->xWrite(real_of(f), p, n, at);
}

static int
x_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	struct watched *w = ((struct file *)f)->w;

	if (w != NULL) {
		step();
		op_add(w, size, NULL, -1);
	}
	return real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int
x_sync(sqlite3_file *f, int flags)
{
	struct watched *w = ((struct file *)f)->w;

	(void)flags;
	if (w == NULL)
		return SQLITE_OK;
	step();
	for (const struct op *o = w->first; o != NULL; o = o->next)
		apply(&w->durable, &w->len, o, UINT64_MAX);
	ops_free(w);
	w->is_there = true;
	return SQLITE_OK;
}

static int
x_file_size(sqlite3_file *f, sqlite3_int64 *ret)
{
	return real_of(f)->pMethods->xFileSize(real_of(f), ret);
}

static int
x_lock(sqlite3_file *f, int kind)
{
	return real_of(f)->pMethods->xLock(real_of(f), kind);
}

static int
x_unlock(sqlite3_file *f, int kind)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), kind);
}

static int
x_check_lock(sqlite3_file *f, int *ret)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f), ret);
}

static int
x_control(sqlite3_file *f, int op, void *arg)
{
	return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int
x_sector(sqlite3_file *f)
{
	return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int
x_device(sqlite3_file *f)
{
	return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int
x_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
	return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend,
					     ret);
}

static int
x_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
	return real_of(f)->pMethods->xShmLock(real_of(f), at, n, flags);
}

static void
x_shm_barrier(sqlite3_file *f)
{
	real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int
x_shm_unmap(sqlite3_file *f, int is_delete)
{
	return real_of(f)->pMethods->xShmUnmap(real_of(f), is_delete);
}

/* Version 2: no memory maps, so that every write is seen. */
static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = x_close,
	.xRead = x_read,
	.xWrite = x_write,
	.xTruncate = x_truncate,
	.xSync = x_sync,
	.xFileSize = x_file_size,
	.xLock = x_lock,
	.xUnlock = x_unlock,
	.xCheckReservedLock = x_check_lock,
	.xFileControl = x_control,
	.xSectorSize = x_sector,
	.xDeviceCharacteristics = x_device,
	.xShmMap = x_shm_map,
	.xShmLock = x_shm_lock,
	.xShmBarrier = x_shm_barrier,
	.xShmUnmap = x_shm_unmap,
};

static int
x_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags,
       int *ret_flags)
{
	struct file *file = (struct file *)f;

	(void)vfs;
	file->base.pMethods = NULL;
	file->w = watch(path);
	file->real = (sqlite3_file *)(file + 1);
	int rc = cut.real->xOpen(cut.real, path, file->real, flags, ret_flags);
	if (rc == SQLITE_OK)
		file->base.pMethods = &methods;
	return rc;
}

/* A removed file may come back, too; nothing we test rests on that. */
static int
x_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
	struct watched *w = watch(path);

	(void)vfs;
	if (w != NULL) {
		ops_free(w);
		w->len = 0;
		w->is_there = false;
	}
	return cut.real->xDelete(cut.real, path, sync);
}

void
powercut_install(const char *name)
{
	cut.name = name;
	if (cut.real != NULL)
		return;
	cut.real = sqlite3_vfs_find(NULL);
	cut.vfs = *cut.real;
	cut.vfs.zName = "powercut";
	cut.vfs.szOsFile = (int)sizeof(struct file) + cut.real->szOsFile;
	cut.vfs.xOpen = x_open;
	cut.vfs.xDelete = x_delete;
	int rc = sqlite3_vfs_register(&cut.vfs, 1);
	assert(rc == SQLITE_OK);
}

void
powercut_on_step(powercut_step *on, void *ctx)
{
	cut.step = on;
	cut.ctx = ctx;
}

static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* All, none, half of the operations, or half of the sectors of each. */
static uint64_t
sectors_chosen(unsigned seed, uint64_t *state)
{
	switch (seed % 4) {
	case 0:
		return UINT64_MAX;
	case 1:
		return 0;
	case 2:
		return (next_random(state) & 1) != 0 ? UINT64_MAX : 0;
	default:
		return next_random(state);
	}
}

void
powercut_save(const char *dir, unsigned seed)
{
	uint64_t state = seed;

	for (int i = 0; i < cut.n_files; i++) {
		const struct watched *w = &cut.files[i];
		int64_t len = w->len;
		uint8_t *p = must(malloc((size_t)len + 1));
		char path[1024];

		if (!w->is_there && (next_random(&state) & 1) != 0) {
			free(p);
			continue;
		}
		if (len > 0)
			memcpy(p, w->durable, (size_t)len);
		for (const struct op *o = w->first; o != NULL; o = o->next)
			apply(&p, &len, o, sectors_chosen(seed, &state));
		(void)snprintf(path, sizeof(path), "%s%s", dir,
			       strrchr(w->path, '/'));
		FILE *out = must(fopen(path, "wb"));
		assert(fwrite(p, 1, (size_t)len, out) == (size_t)len);
		assert(fclose(out) == 0);
		free(p);
	}
}

void
powercut_reset(void)
{
	for (int i = 0; i < cut.n_files; i++) {
		ops_free(&cut.files[i]);
		free(cut.files[i].durable);
	}
	cut.n_files = 0;
	cut.step = NULL;
	cut.n = 0;
}
