'use strict';

const path = require('node:path');

const compression = require('compression');
const express = require('express');

const { name, version } = require('../package.json');
const { files } = require('./routes/files');
const { orders } = require('./routes/orders');

const PUBLIC = path.join(__dirname, '..', 'public');

function createApp() {
  const app = express();
  app.disable('x-powered-by');
  // Tags of files are made of their times, which differ between a folder and an executable.
  app.disable('etag');
  app.set('json spaces', 2);
  app.use(compression({ threshold: 256 }));
  app.use(express.json({ limit: '16kb' }));

  app.get('/', (request, response) => response.json({ name, version }));
  app.use('/orders', orders());
  app.use('/files', files(PUBLIC));
  app.use('/static', express.static(PUBLIC, { etag: false, lastModified: false, index: 'index.html' }));
  app.get('/boom', () => {
    throw new Error('the handler failed');
  });

  app.use((request, response) => response.status(404).json({ error: `no route for ${request.path}` }));
  app.use((error, request, response, next) => {
    if (response.headersSent) return next(error);
    const status = error.status ?? 500;
    if (status >= 500) console.error('%s %s: %s', request.method, request.originalUrl, error.stack.split('\n', 2).join('\n'));
    response.status(status).json({ error: error.message, type: error.type });
  });
  return app;
}

module.exports = { createApp };
