module.exports = 'exporting';
