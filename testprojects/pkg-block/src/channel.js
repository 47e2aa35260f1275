'use strict';

exports.channel = 'development';
exports.edition = '%edition%';
