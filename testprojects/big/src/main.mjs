import * as tree from '../generated/esm/index.mjs';
import { report } from './report.js';

console.log(report('ES modules', tree, process.argv[2]));
