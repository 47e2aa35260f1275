import { noSuchExport } from '../shared.mjs';

noSuchExport();
