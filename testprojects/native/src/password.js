'use strict';

const argon2 = require('argon2');

// Of "open sesame", by this very package.
const STORED = '$argon2id$v=19$m=1024,t=2,p=1$TuhEbvl5RG0pdx9I3JY1Eg$yykyWHVf2uSxKDqta/ESwSrsklCfGqR6iPeB9brCUE4';

/** Whether a password is the stored one. */
function check(candidate = '') {
  return argon2.verify(STORED, candidate);
}

module.exports = { check };
