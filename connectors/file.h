/* file.h - files read in place: read once, to the end that they had when they were opened. */
#ifndef WEIR_CONNECTORS_FILE_H
#define WEIR_CONNECTORS_FILE_H

#include "runtime/source.h"

extern const struct connector file_connector;

#endif
