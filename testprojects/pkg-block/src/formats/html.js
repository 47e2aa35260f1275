'use strict';

const { fill } = require('../fill');

exports.render = (rows, view) => {
  const lines = rows.map((row) => fill(view('partials/row'), row)).join('');
  return fill(view('page'), { rows: lines, title: 'Durations' });
};
