process.send(`${require('./late.js')} ${process.argv[2]}`, () => process.disconnect());
