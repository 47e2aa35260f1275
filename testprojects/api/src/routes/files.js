'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { pipeline } = require('node:stream');

const express = require('express');

/** What a client is told: where this machine keeps its files is not for it to know. */
function withoutPath(error) {
  return error.code === 'ENOENT' ? Object.assign(new Error('no such file'), { status: 404 }) : error;
}

/** The same files three ways: listed, sent by the framework, and streamed by hand. */
exports.files = function files(folder) {
  const router = express.Router();

  router.get('/', async (request, response) => {
    const entries = await fs.promises.readdir(folder, { withFileTypes: true });
    const listing = entries
      .filter((entry) => entry.isFile())
      .map((entry) => ({ name: entry.name, size: fs.statSync(path.join(folder, entry.name)).size }));
    listing.sort((one, other) => one.name.localeCompare(other.name));
    response.json(listing);
  });

  router.get('/sent/:name', (request, response, next) => {
    const options = { root: folder, lastModified: false };
    response.sendFile(request.params.name, options, (error) => error && next(withoutPath(error)));
  });

  router.get('/streamed/:name', (request, response, next) => {
    const file = path.join(folder, path.basename(request.params.name));
    const source = fs.createReadStream(file, { highWaterMark: 1024 });
    source.once('error', (error) => next(withoutPath(error)));
    source.once('open', () => {
      response.type(path.extname(file));
      pipeline(source, response, (error) => {
        if (error) console.error('streaming %s: %s', path.basename(file), error.message);
      });
    });
  });

  return router;
};
