# Nothing is wrong with nest: it is started without the firmware that it calls.
#include "broken.h"
