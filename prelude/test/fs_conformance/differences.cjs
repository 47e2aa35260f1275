'use strict';

// Where an executable does something else than plain Node on a file system that is mounted read-only, and why. Each takes
// the outcome of plain Node and gives what the executable has to do.

const CODES = {
  'Read-only file system': 'EROFS',
  'Too many levels of symbolic links': 'ELOOP',
};

const ERRORS = ['thrown', 'rejected'];

/** Applies a change to the error of an outcome, in whatever form it came. */
function withError(outcome, change) {
  const changed = { ...outcome };
  for (const key of ERRORS)
    if (outcome?.[key]?.error !== undefined) changed[key] = change(outcome[key]);
  if (outcome?.calledBack?.[0]?.error !== undefined)
    changed.calledBack = [change(outcome.calledBack[0])];
  return changed;
}

function errorOf(outcome) {
  return outcome?.thrown ?? outcome?.rejected ?? outcome?.calledBack?.[0];
}

function refused(error, code = 'EROFS') {
  const arrow = error.dest === undefined ? '' : ` -> '${error.dest}'`;
  return {
    ...error,
    code,
    errno: -30,
    message: `EROFS: read-only file system, ${error.syscall} '${error.path}'${arrow}`,
    keys: error.dest === undefined ? 'code,errno,path,syscall' : 'code,dest,errno,path,syscall',
    notPackaged: false,
  };
}

function longer(path, other) {
  return other?.startsWith(`${path}/`) ? other : path;
}

const DIFFERENCES = [
  {
    why: 'From and to the real disk, EXDEV would make programs copy, and then fail to remove what they copied.',
    applies: (label, outcome) => errorOf(outcome)?.code === 'EXDEV',
    expected: (outcome) => withError(outcome, refused),
  },
  {
    why: 'Node says of a directory that it should make that it is missing; the reason is that nothing can be made.',
    applies: (label, outcome) =>
      /^mkdir .*"recursive":true|^cp /.test(label) &&
      errorOf(outcome)?.code === 'ENOENT' &&
      errorOf(outcome).syscall === 'mkdir',
    // Some forms name the first directory that is missing.
    expected: (outcome, actual) =>
      withError(outcome, (error) =>
        refused({ ...error, path: longer(error.path, errorOf(actual)?.path) }),
      ),
  },
  {
    why: 'Copying a directory as a file fails; but Node removes what it should have been copied to.',
    applies: (label, outcome) =>
      /^copyFile .*\((out|within) (folder|link-to-folder) /.test(label) &&
      errorOf(outcome)?.code === 'EISDIR',
    expected: (outcome, actual) => ({ ...outcome, disk: actual.disk }),
  },
  {
    why: 'Without any buffer, Node calls back before it returns.',
    applies: (label, outcome) => /^readv callback/.test(label) && outcome.early === true,
    expected: (outcome) => ({ ...outcome, early: false }),
  },
  {
    why: 'What Node does in C++ has errors of the C++ library: other texts, other signs of numbers, sometimes no code.',
    applies: (label, outcome) => / error: |^E[A-Z]+, [A-Z]/.test(errorOf(outcome)?.message ?? ''),
    expected: (outcome, actual) =>
      withError(outcome, (error) => {
        const { message, errno, keys, notPackaged } = errorOf(actual) ?? {};
        const code = error.code || CODES[/: ([^']*) '/.exec(error.message)[1]];
        return { ...error, code, message, errno, keys, notPackaged };
      }),
  },
];

/** What the executable has to do, given what plain Node does; with what it does, where there is some freedom. */
function expectedOutcome(label, outcome, actual) {
  const difference = DIFFERENCES.find(({ applies }) => applies(label, outcome));
  return difference === undefined ? outcome : difference.expected(outcome, actual);
}

module.exports = { expectedOutcome };
