import '../shared.mjs';

await Promise.reject(new Error('rejected while loading', { cause: 'on purpose' }));
