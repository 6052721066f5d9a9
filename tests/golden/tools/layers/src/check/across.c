#include "base/up.h"
#include "report/report.h"
#include "store/secret.h"
#include "store/store.h"
