console.log('child', process.argv.slice(2), __filename, typeof process.send);
if (process.send) process.send({ from: __filename });
