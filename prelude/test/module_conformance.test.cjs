'use strict';

// The module system of executables against plain Node, word by word: see module_cases/, one file for each topic.
// `differs` in a case names a difference that is meant to be, with its reason, `inStandard` those of executables without
// sources; docs/concepts/modules.md and docs/guide/hiding-sources.md list them.

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

/** The case with what differs in this mode. */
function expected({ differsIn, inStandard = [], ...testCase }, major, mode) {
  const ofMode = [inStandard]
    .flat()
    .find(({ since = 0, until = Infinity }) => mode === 'standard' && major >= since && major <= until);
  return { ...testCase, ...(differsIn?.majors.includes(major) ? differsIn : {}), ...ofMode };
}

for (const [version, node] of nodes()) {
  const major = Number(version.split('.')[0]);
  for (const mode of ['sea', 'standard']) {
    describe(`the module system in an executable of Node ${version}, mode ${mode}`, () => {
      const cases = allCases()
        .filter(({ since = 0, until = Infinity }) => major >= since && major <= until)
        .map((testCase) => expected(testCase, major, mode));
      let outcomes;
      before(async () => {
        outcomes = await runCases(node, cases, mode);
      });
      for (const testCase of cases)
        it(testCase.name, () => assertConforms(testCase, outcomes.get(testCase.name), mode));
    });
  }
}
