'use strict';

// The module system of executables against plain Node, word by word: see module_cases/, one file for each topic.
// `differs` in a case names a difference that is meant to be, with its reason; docs/concepts/modules.md lists them.

const { before, describe, it } = require('node:test');
const fs = require('node:fs');
const path = require('node:path');
const { nodes } = require('./support/oracle.cjs');
const { assertConforms, runCases } = require('./support/conformance.cjs');

const FOLDER = path.join(__dirname, 'module_cases');

/** All cases, with the name of their file before their own. */
function allCases() {
  return fs
    .readdirSync(FOLDER)
    .sort()
    .flatMap((file) =>
      require(path.join(FOLDER, file)).map((testCase) => ({
        ...testCase,
        name: `${path.basename(file, '.cjs')}-${testCase.name}`,
      })),
    );
}

for (const [version, node] of nodes()) {
  const major = Number(version.split('.')[0]);
  describe(`the module system in an executable of Node ${version}`, () => {
    const cases = allCases()
      .filter(({ since = 0, until = Infinity }) => major >= since && major <= until)
      .map(({ differsIn, ...testCase }) =>
        differsIn?.majors.includes(major) ? { ...testCase, ...differsIn } : testCase,
      );
    let outcomes;
    before(async () => {
      outcomes = await runCases(node, cases);
    });
    for (const testCase of cases)
      it(testCase.name, () => assertConforms(testCase, outcomes.get(testCase.name)));
  });
}
