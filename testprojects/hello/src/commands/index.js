'use strict';

exports.commands = ['fail', 'stdin', 'where'];
