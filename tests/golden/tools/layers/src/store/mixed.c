#include "tables/b.h"
#include "base/up.h"

#include <stdio.h>
#include "local.h"
