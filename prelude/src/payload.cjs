'use strict';

// The payload as it is in the file: checks header and index, reads contents. docs/formats/payload.md has the layout.

const fs = require('node:fs');
const format = require('./format.cjs');
const { binding } = require('./bindings.cjs');
const { DamagedExecutable } = require('./executable.cjs');
const { WRAPPER_END, WRAPPER_START } = require('./compile.cjs');

const { readSync } = fs;

// One read gets header and index of most apps, and the beginning of their contents.
const FIRST_READ = 64 << 10;
// Files that are loaded together are near each other, so small ones are read with what surrounds them.
const WINDOW = 128 << 10;

const ENTRY_WORDS = format.ENTRY_SIZE / 4;
const DIRECTORY_WORDS = format.DIRECTORY_SIZE / 4;

class Payload {
  /**
   * @param {number} descriptor of the executable, kept open
   * @param {number} start where the payload is in it
   * @param {number} size
   */
  constructor(descriptor, start, size) {
    this.descriptor = descriptor;
    this.start = start;
    this.size = size;
    this.window = null;
    this.windowStart = 0;
    this.windowEnd = 0;

    let head = this.read(0, Math.min(size, FIRST_READ), 'header');
    const words = new Uint32Array(head.buffer, 0, Math.min(format.HEADER_SIZE, head.length) >> 2);
    if (head.length < format.HEADER_SIZE || head.latin1Slice(0, 8) !== format.PAYLOAD_MAGIC) {
      throw new DamagedExecutable('there is no payload where its locator points to');
    }
    if ((words[2] & 0xffff) !== format.PAYLOAD_VERSION || words[2] >>> 16 !== format.HEADER_SIZE) {
      throw new DamagedExecutable(
        `its payload has version ${words[2] & 0xffff}, not ${format.PAYLOAD_VERSION}`,
      );
    }
    if (words[31] !== crc32(head.subarray(0, 124)))
      throw new DamagedExecutable('the header of its payload is wrong');
    if (u64(words, 4) !== size) {
      throw new DamagedExecutable(`its payload should have ${u64(words, 4)} bytes and has ${size}`);
    }
    const indexEnd = format.HEADER_SIZE + words[6];
    if (indexEnd > head.length) head = this.read(0, indexEnd, 'index');
    if (words[7] !== crc32(head.subarray(format.HEADER_SIZE, indexEnd))) {
      throw new DamagedExecutable('the index of its payload is wrong');
    }

    this.entryPoint = words[10];
    this.directoryCount = words[8];
    this.entryCount = words[9];
    this.head = head;
    this.directories = this.#section(words, format.SECTION_DIRECTORIES, words[8] * DIRECTORY_WORDS);
    this.entries = this.#section(words, format.SECTION_ENTRIES, words[9] * ENTRY_WORDS);
    this.namesStart = format.HEADER_SIZE + words[12 + 2 * format.SECTION_NAMES];
    this.targetsStart = format.HEADER_SIZE + words[12 + 2 * format.SECTION_TARGETS];
    this.metadataStart = format.HEADER_SIZE + words[12 + 2 * format.SECTION_METADATA];
    this.metadataSize = words[13 + 2 * format.SECTION_METADATA];
  }

  #section(words, section, length) {
    return new Uint32Array(this.head.buffer, format.HEADER_SIZE + words[12 + 2 * section], length);
  }

  /** Facts about the app that its build wrote down; strings. */
  get metadata() {
    return JSON.parse(
      this.head.utf8Slice(this.metadataStart, this.metadataStart + this.metadataSize),
    );
  }

  // Directories, by number.

  parent(directory) {
    return this.directories[directory * DIRECTORY_WORDS];
  }

  firstEntry(directory) {
    return this.directories[directory * DIRECTORY_WORDS + 1];
  }

  ownEntry(directory) {
    return this.directories[directory * DIRECTORY_WORDS + 5];
  }

  /** The number of the nearest directory with a package.json, or NOTHING. */
  scope(directory) {
    return this.directories[directory * DIRECTORY_WORDS + 6];
  }

  /** The names of the entries of a directory, in the order of the entries. */
  names(directory) {
    const at = directory * DIRECTORY_WORDS;
    if (this.directories[at + 2] === 0) return [];
    const start = this.namesStart + this.directories[at + 3];
    return this.head.utf8Slice(start, start + this.directories[at + 4]).split('\0');
  }

  // Entries, by number.

  kind(entry) {
    return this.entries[entry * ENTRY_WORDS] & format.KIND_MASK;
  }

  isExecutable(entry) {
    return (this.entries[entry * ENTRY_WORDS] & format.EXECUTABLE_FLAG) !== 0;
  }

  moduleFormat(entry) {
    return (
      (this.entries[entry * ENTRY_WORDS] >> format.MODULE_FORMAT_SHIFT) & format.MODULE_FORMAT_MASK
    );
  }

  /** The number of the directory that a directory entry is. */
  directoryNumber(entry) {
    return this.entries[entry * ENTRY_WORDS + 1];
  }

  target(entry) {
    const at = entry * ENTRY_WORDS;
    const start = this.targetsStart + this.entries[at + 1];
    return this.head.utf8Slice(start, start + this.entries[at + 4]);
  }

  fileSize(entry) {
    return u64(this.entries, entry * ENTRY_WORDS + 4);
  }

  // Contents.

  /** The content of a file, in a buffer that belongs to the caller. */
  content(entry) {
    const at = entry * ENTRY_WORDS;
    return this.read(u64(this.entries, at + 2), u64(this.entries, at + 6), 'contents');
  }

  /** Reads into `buffer[offset...offset+length]` from `position` of a file; how many bytes there were. */
  readInto(entry, buffer, offset, length, position) {
    const at = entry * ENTRY_WORDS;
    const available = Math.min(length, u64(this.entries, at + 4) - position);
    if (available <= 0) return 0;
    return this.#readExactly(
      buffer,
      offset,
      available,
      u64(this.entries, at + 2) + position,
      'contents',
    );
  }

  /** The content of a file as a string, as reading it as UTF-8 gives it. */
  text(entry) {
    const at = entry * ENTRY_WORDS;
    const size = u64(this.entries, at + 6);
    const start = this.#locate(u64(this.entries, at + 2), size);
    return this.#decode(at, start, size);
  }

  /**
   * A script, its cached data, and the text that was compiled, which are undefined if there is none. The cached data
   * is a view of memory that the next read reuses. The source is a part of the text, not a copy.
   */
  script(entry) {
    const at = entry * ENTRY_WORDS;
    const size = u64(this.entries, at + 6);
    const cacheSize = this.entries[at + 9];
    if (cacheSize === 0) {
      return { source: this.text(entry), wrapped: undefined, cachedData: undefined };
    }
    const wrappedSize = WRAPPER_START.length + size + WRAPPER_END.length;
    const position = u64(this.entries, at + 2) - WRAPPER_START.length;
    const cacheOffset = Math.ceil(wrappedSize / format.ALIGNMENT) * format.ALIGNMENT;
    const start = this.#locate(position, cacheOffset + cacheSize);
    const wrapped = this.#decode(at, start, wrappedSize);
    return {
      source: wrapped.slice(WRAPPER_START.length, -WRAPPER_END.length),
      wrapped,
      cachedData: this.window.subarray(start + cacheOffset, start + cacheOffset + cacheSize),
    };
  }

  #decode(at, start, size) {
    return (this.entries[at] & format.ASCII_FLAG) === 0
      ? this.window.utf8Slice(start, start + size)
      : this.window.latin1Slice(start, start + size);
  }

  /** Makes sure that a range of the payload is in the window; where it is there. */
  #locate(position, length) {
    if (position < this.windowStart || position + length > this.windowEnd) {
      const size = Math.min(Math.max(length, WINDOW), this.size - position);
      if (length > size)
        throw new DamagedExecutable('a file of its payload ends after the payload');
      if (this.window === null || this.window.length < size) {
        this.window = Buffer.allocUnsafeSlow(Math.max(size, Math.min(WINDOW, this.size)));
      }
      this.#readExactly(this.window, 0, size, position, 'contents');
      this.windowStart = position;
      this.windowEnd = position + size;
    }
    return position - this.windowStart;
  }

  read(position, length, what) {
    const buffer = Buffer.allocUnsafeSlow(length);
    this.#readExactly(buffer, 0, length, position, what);
    return buffer;
  }

  #readExactly(buffer, offset, length, position, what) {
    let done = 0;
    while (done < length) {
      const count = readSync(
        this.descriptor,
        buffer,
        offset + done,
        length - done,
        this.start + position + done,
      );
      if (count === 0) throw new DamagedExecutable(`it ends in the ${what} of its payload`);
      done += count;
    }
    return done;
  }
}

function u64(words, index) {
  return words[index + 1] * 0x100000000 + words[index];
}

let nativeCrc32;

function crc32(bytes) {
  nativeCrc32 ??= findCrc32();
  return nativeCrc32(bytes, 0);
}

/** `zlib.crc32` without the rest of zlib, which takes longer to load than the whole loader (3 ms). */
function findCrc32() {
  const { crc32: found } = binding('zlib');
  return typeof found === 'function' ? found : require('node:zlib').crc32;
}

module.exports = { Payload };
