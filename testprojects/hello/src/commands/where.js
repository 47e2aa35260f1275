'use strict';

const path = require('node:path');

/** Shows what the module system tells a program about itself. */
exports.where = function where() {
  const facts = {
    directory: __dirname,
    file: __filename,
    entryPoint: process.argv[1],
    main: require.main.filename,
    parent: module.parent && module.parent.filename,
    resolved: require.resolve('../greetings'),
    commands: require('.').commands, // A directory: its index.js.
    searched: module.paths.filter((folder) => folder.includes('hello')),
    loaded: Object.keys(require.cache).map((file) => path.relative(__dirname, file)),
    isMain: require.main === module,
    children: require.main.children.map((child) => path.basename(child.id)),
  };
  console.log(JSON.stringify(facts, null, 2));
  return 0;
};
