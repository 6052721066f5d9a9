#include <stdio.h>

#include "base/up.h"
#include "store/store.h"
