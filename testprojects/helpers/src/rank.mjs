import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

// A thread inside of the child, which in turn reads a file.
const weigher = new Worker(new URL('./weigh.mjs', import.meta.url));
const [weights] = await once(weigher, 'message');
process.send(weights);
process.disconnect();
