# A tree with a folder, an empty file, a quote in the name and a zero byte.
mkdir -p $out/tree/sub
printf 'a\0b' >$out/tree/sub/zero
: >$out/tree/empty
echo quoted >"$out/tree/q\"uote"
$tools/embed trial $out/trial.c $out/trial.d $out/tree
cat >$out/main.c <<'C'
#include <stdio.h>
#include <string.h>
#include "base/embed.h"
extern const struct embedded embed_trial[];
int
main(void)
{
	for (const struct embedded *f = embed_trial; f->name != NULL; f++)
		printf("%s %zu %d %zu\n", f->name, f->len, f->data[f->len],
		    strlen((const char *)f->data));
	return 0;
}
C
cc -I ../../../src -o $out/trial $out/trial.c $out/main.c
$out/trial
