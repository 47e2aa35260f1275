'use strict';

exports.title = 'first plugin';
