const width: number = 12;

function line(name: string, amount: number, unit: string): string {
  return `${name.padEnd(width)} ${amount as number} ${unit}`;
}

module.exports = { line, filename: __filename };
