'use strict';

// The first program that runs in an executable: mounts the payload, patches Node, runs the app.

const { openPayload } = require('./open_payload.cjs');
const { start } = require('./start.cjs');

start(openPayload());
