#include <stdio.h>
#include "base/up.h"
