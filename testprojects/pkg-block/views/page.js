import { sort } from '/vendor/sort.js';

sort(document.querySelector('table'));
