/* test_contract.c - the generated shapes of tables */
#include "unit.h"

#include <string.h>

#include "tables/contracts.h"

static void
test_sorted_and_complete(void **state)
{
	(void)state;
	assert_true(n_contracts > 0);
	assert_null(contracts[n_contracts]);
	for (size_t i = 0; i < n_contracts; i++) {
		const struct contract *c = contracts[i];
		if (i > 0)
			assert_true(strcmp(contracts[i - 1]->name, c->name) <
				    0);
		assert_true(c->n_cols > 0);
		for (size_t j = 0; j < c->n_cols; j++) {
			assert_non_null(c->cols[j].name);
			assert_non_null(c->cols[j].doc_ja);
			assert_non_null(c->cols[j].doc_en);
		}
	}
}

static void
test_enum_is_place(void **state)
{
	(void)state;
	const struct contract *c = &contract_host_port;
	assert_int_equal(c->n_cols, HOST_PORT_N);
	assert_string_equal(c->cols[HOST_PORT_PROTO].name, "proto");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorted_and_complete),
		cmocka_unit_test(test_enum_is_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
