#include "base/up.h"
#include "store/store.h"

#include <stdio.h>
