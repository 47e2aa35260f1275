'use strict';

exports.title = 'second plugin';
