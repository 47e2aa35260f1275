'use strict';

// Runs a command where `/snapshot` is a folder of our choice, in a mount namespace of its own: the machine never gets
// such a folder. Needs Linux, and leave to make namespaces.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

// The new root is empty but for mounts of what is in the real one. Arguments: new root, snapshot, ro or rw, working
// directory, command.
const SCRIPT = `
set -e
root=$1 snapshot=$2 access=$3 directory=$4
shift 4
mount -t tmpfs tmpfs "$root"
for entry in /*; do
  name=\${entry#/}
  if [ "$name" = snapshot ]; then continue
  elif [ -L "$entry" ]; then ln -s "$(readlink "$entry")" "$root/$name"
  elif [ -d "$entry" ]; then mkdir "$root/$name"; mount --rbind "$entry" "$root/$name"
  fi
done
if [ -n "$snapshot" ]; then
  mkdir "$root/snapshot"
  mount --bind "$snapshot" "$root/snapshot"
  if [ "$access" = ro ]; then mount -o remount,bind,ro "$root/snapshot"; fi
fi
exec chroot "$root" sh -c 'cd "$1"; shift; exec "$@"' sh "$directory" "$@"
`;

let unshare;

/** The command that makes a namespace, or null if there is none to be had here. */
function findUnshare() {
  unshare ??=
    [['-m'], ['-Urm']].find((options) => {
      const tried = spawnSync('unshare', [
        ...options,
        'mount',
        '-t',
        'tmpfs',
        'tmpfs',
        os.tmpdir(),
      ]);
      return tried.status === 0;
    }) ?? null;
  return unshare;
}

/** Why there are no namespaces here, or false; for the `skip` of a test. */
function noNamespaces() {
  return findUnshare() === null && 'needs Linux and leave to make mount namespaces (`unshare -m`)';
}

/**
 * @param {{snapshot: string | null, readOnly?: boolean, cwd: string}} settings `snapshot` is the folder to show there;
 *   null for none. The others are those of `spawnSync`.
 */
function runWithSnapshot(command, args, { snapshot, readOnly = false, cwd, ...settings }) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'pkg_rules-root-'));
  const where = [root, snapshot ?? '', readOnly ? 'ro' : 'rw', cwd];
  try {
    return spawnSync(
      'unshare',
      [...findUnshare(), 'sh', '-c', SCRIPT, 'sh', ...where, command, ...args],
      settings,
    );
  } finally {
    fs.rmdirSync(root);
  }
}

module.exports = { noNamespaces, runWithSnapshot };
