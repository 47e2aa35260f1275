'use strict';

const { createApp } = require('./app');

const [host, port] = (process.env.API_LISTEN || '127.0.0.1:0').split(':');
const server = createApp().listen(Number(port), host, (error) => {
  if (error) throw error;
  // The one line on stdout that a supervisor waits for.
  console.log(JSON.stringify({ event: 'listening', port: server.address().port }));
});

// Requests that are under way are answered, idle connections are closed, then the process ends by itself.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    console.log(JSON.stringify({ event: 'stopping', signal }));
    server.close((error) => {
      if (error) throw error;
      console.log(JSON.stringify({ event: 'stopped' }));
    });
    server.closeIdleConnections();
  });
}
