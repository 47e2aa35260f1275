#!/usr/bin/env node
'use strict';

// The compiler's own command line. It reads its type libraries (lib.*.d.ts) from beside its own file, and the
// program to compile from the working directory.
require('typescript/lib/tsc.js');
