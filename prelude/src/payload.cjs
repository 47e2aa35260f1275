'use strict';

// The payload as it is in the file: checks header and index, reads contents. docs/formats/payload.md has the layout.

const fs = require('node:fs');
const format = require('./format.cjs');
const { binding } = require('./bindings.cjs');
const { endDamaged } = require('./damage.cjs');
const { WRAPPER_END, WRAPPER_START } = require('./compile.cjs');

const { readSync } = fs;

// One read gets header and index of most apps.
const FIRST_READ = 64 << 10;
// Modules go back and forth between packages, so some blocks are kept. Their memory is used again for those that come
// after them: with fresh memory for each, V8 would collect garbage in the middle of the start of a large app.
const KEPT_BLOCKS = 16;

const ENTRY_WORDS = format.ENTRY_SIZE / 4;
const DIRECTORY_WORDS = format.DIRECTORY_SIZE / 4;
const BLOCK_WORDS = format.BLOCK_RECORD_SIZE / 4;

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
    this.lastNumber = -1;
    this.lastBlock = null;
    this.kept = new Map();
    // The block whose cached data somebody may still have.
    this.givenOut = -1;
    // The bytes of a compressed block.
    this.scratch = null;
    // Those that are too large to be kept, as long as nobody else needs the memory.
    this.large = null;

    let head = this.read(0, Math.min(size, FIRST_READ), 'header');
    const words = new Uint32Array(head.buffer, 0, Math.min(format.HEADER_SIZE, head.length) >> 2);
    if (head.length < format.HEADER_SIZE || head.latin1Slice(0, 8) !== format.PAYLOAD_MAGIC) {
      endDamaged('there is no payload where its locator points to');
    }
    if ((words[2] & 0xffff) !== format.PAYLOAD_VERSION || words[2] >>> 16 !== format.HEADER_SIZE) {
      endDamaged(
        `its payload has version ${words[2] & 0xffff}, not ${format.PAYLOAD_VERSION}`,
      );
    }
    if (words[31] !== crc32(head.subarray(0, 124)))
      endDamaged('the header of its payload is wrong');
    if (u64(words, 4) !== size) {
      endDamaged(`its payload should have ${u64(words, 4)} bytes and has ${size}`);
    }
    const indexEnd = format.HEADER_SIZE + words[6];
    if (indexEnd > head.length) head = this.read(0, indexEnd, 'index');
    if (words[7] !== crc32(head.subarray(format.HEADER_SIZE, indexEnd))) {
      endDamaged('the index of its payload is wrong');
    }

    this.entryPoint = words[10];
    this.directoryCount = words[8];
    this.entryCount = words[9];
    this.head = head;
    this.directories = this.#section(words, format.SECTION_DIRECTORIES, words[8] * DIRECTORY_WORDS);
    this.entries = this.#section(words, format.SECTION_ENTRIES, words[9] * ENTRY_WORDS);
    this.blocks = this.#section(words, format.SECTION_BLOCKS, words[13 + 2 * format.SECTION_BLOCKS] / 4);
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

  /** Whether cached data of a file is that of an ES module. */
  isModuleCode(entry) {
    return (this.entries[entry * ENTRY_WORDS] & format.MODULE_CODE_FLAG) !== 0;
  }

  /** Whether a file has an outline in place of its source. */
  isStripped(entry) {
    return (this.entries[entry * ENTRY_WORDS] & format.STRIPPED_FLAG) !== 0;
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
    const size = this.fileSize(entry);
    const content = Buffer.allocUnsafeSlow(size);
    this.readInto(entry, content, 0, size, 0);
    return content;
  }

  /** Reads into `buffer[offset...offset+length]` from `position` of a file; how many bytes there were. */
  readInto(entry, buffer, offset, length, position) {
    const at = entry * ENTRY_WORDS;
    const available = Math.min(length, this.fileSize(entry) - position);
    if (available <= 0) return 0;
    const first = this.entries[at + 1];
    if (this.#isInOneBlock(at)) {
      const start = this.entries[at + 2] + position;
      this.#block(first).copy(buffer, offset, start, start + available);
      return available;
    }
    for (let done = 0; done < available;) {
      const number = first + Math.floor((position + done) / format.BLOCK_SIZE);
      const start = (position + done) % format.BLOCK_SIZE;
      const count = Math.min(format.BLOCK_SIZE - start, available - done);
      if (count === this.blocks[number * BLOCK_WORDS + 3] && this.#isStored(number)) {
        this.#readStored(number, buffer, offset + done);
      } else {
        this.#block(number).copy(buffer, offset + done, start, start + count);
      }
      done += count;
    }
    return available;
  }

  /** The content of a file as a string, as reading it as UTF-8 gives it. */
  text(entry) {
    const at = entry * ENTRY_WORDS;
    const size = this.fileSize(entry);
    if (!this.#isInOneBlock(at)) return this.#decode(at, this.content(entry), 0, size);
    return this.#decode(at, this.#block(this.entries[at + 1]), this.entries[at + 2], size);
  }

  /** A text with the lines of a module whose source is not here. */
  moduleText(entry) {
    return require('./outline.cjs').blankText(this.content(entry));
  }

  /** The cached data of a file that is not in the wrapper of CommonJS; a view of memory that is used again. */
  unwrappedData(entry) {
    const at = entry * ENTRY_WORDS;
    const block = this.#block(this.entries[at + 1]);
    this.givenOut = this.entries[at + 1];
    const start = alignedSize(this.entries[at + 2] + this.fileSize(entry));
    return block.subarray(start, start + this.entries[at + 6]);
  }

  /** The source of a script or module, or what stands for it while it is loaded. */
  source(entry, asBytes = false) {
    if (!this.isStripped(entry)) return asBytes ? this.content(entry) : this.text(entry);
    const text = require('./outline.cjs').standIn(this.content(entry));
    return asBytes ? Buffer.from(text) : text;
  }

  /**
   * A script, its cached data, and the text that was compiled, which are undefined if there is none. The cached data
   * is a view of memory that is used again after the next script. The source is a part of the text, not a copy.
   */
  script(entry) {
    const at = entry * ENTRY_WORDS;
    const cacheSize = this.entries[at + 6];
    if (this.isStripped(entry)) return this.#strippedScript(entry);
    if (cacheSize === 0) {
      return { source: this.text(entry), wrapped: undefined, cachedData: undefined };
    }
    const block = this.#block(this.entries[at + 1]);
    this.givenOut = this.entries[at + 1];
    const start = this.entries[at + 2] - WRAPPER_START.length;
    const wrappedSize = WRAPPER_START.length + this.fileSize(entry) + WRAPPER_END.length;
    const wrapped = this.#decode(at, block, start, wrappedSize);
    const cacheStart = alignedSize(start + wrappedSize);
    return {
      source: wrapped.slice(WRAPPER_START.length, -WRAPPER_END.length),
      wrapped,
      cachedData: block.subarray(cacheStart, cacheStart + cacheSize),
    };
  }

  #strippedScript(entry) {
    const { blankText, standIn } = require('./outline.cjs');
    const outline = this.content(entry);
    return {
      source: standIn(outline),
      wrapped: blankText(outline),
      cachedData: this.unwrappedData(entry),
    };
  }

  #decode(at, buffer, start, size) {
    return (this.entries[at] & format.ASCII_FLAG) === 0
      ? buffer.utf8Slice(start, start + size)
      : buffer.latin1Slice(start, start + size);
  }

  // Blocks: what is read, checked and decompressed at once.

  #isInOneBlock(at) {
    return (
      this.entries[at + 2] + u64(this.entries, at + 4) <=
      this.blocks[this.entries[at + 1] * BLOCK_WORDS + 3]
    );
  }

  #isStored(number) {
    return this.blocks[number * BLOCK_WORDS + 5] === format.CODEC_STORED;
  }

  /** The content of a block, in memory that belongs to the payload. */
  #block(number) {
    if (number === this.lastNumber) return this.lastBlock;
    const kept = this.kept.get(number);
    if (kept === undefined && this.blocks[number * BLOCK_WORDS + 3] > format.BLOCK_SIZE) {
      return this.large?.get(number)?.deref() ?? this.#loadLarge(number);
    }
    this.lastBlock = kept ?? this.#load(number);
    this.lastNumber = number;
    return this.lastBlock;
  }

  #load(number) {
    const block = this.#roomForBlock().subarray(0, this.blocks[number * BLOCK_WORDS + 3]);
    if (this.#isStored(number)) this.#readStored(number, block, 0);
    else {
      this.scratch ??= Buffer.allocUnsafeSlow(format.BLOCK_SIZE);
      this.#decompress(number, this.scratch, block);
    }
    this.kept.set(number, block);
    return block;
  }

  #loadLarge(number) {
    const block = Buffer.allocUnsafeSlow(this.blocks[number * BLOCK_WORDS + 3] + 1).subarray(0, -1);
    if (this.#isStored(number)) this.#readStored(number, block, 0);
    else {
      const stored = Buffer.allocUnsafeSlow(this.blocks[number * BLOCK_WORDS + 2]);
      this.#decompress(number, stored, block);
    }
    this.large ??= new Map();
    this.large.set(number, new WeakRef(block));
    return block;
  }

  /** Memory for a block and one byte more, which decompression needs to see that there is no more. */
  #roomForBlock() {
    if (this.kept.size >= KEPT_BLOCKS) {
      for (const [number, { buffer }] of this.kept) {
        if (number === this.givenOut) continue;
        this.kept.delete(number);
        if (number === this.lastNumber) this.lastNumber = -1;
        return Buffer.from(buffer);
      }
    }
    return Buffer.allocUnsafeSlow(format.BLOCK_SIZE + 1);
  }

  #decompress(number, memory, block) {
    const at = number * BLOCK_WORDS;
    const stored = memory.subarray(0, this.blocks[at + 2]);
    this.#readStored(number, stored, 0);
    const { decompress } = require('./decompress.cjs');
    decompress(this.blocks[at + 5], stored, block);
  }

  /** Reads a block as it is stored, and checks it. */
  #readStored(number, buffer, offset) {
    const at = number * BLOCK_WORDS;
    const position = u64(this.blocks, at);
    const end = offset + this.blocks[at + 2];
    // Piece by piece, so that what was read is still near the processor when it is checked.
    let crc = 0;
    for (let from = offset; from < end; from += format.BLOCK_SIZE) {
      const length = Math.min(format.BLOCK_SIZE, end - from);
      this.#readExactly(buffer, from, length, position + from - offset, 'contents');
      crc = crc32(buffer.subarray(from, from + length), crc);
    }
    if (crc !== this.blocks[at + 4]) {
      endDamaged(`the contents of its payload are wrong, near byte ${this.start + position}`);
    }
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
      if (count === 0) endDamaged(`it ends in the ${what} of its payload`);
      done += count;
    }
    return done;
  }
}

function alignedSize(size) {
  return Math.ceil(size / format.ALIGNMENT) * format.ALIGNMENT;
}

function u64(words, index) {
  return words[index + 1] * 0x100000000 + words[index];
}

let nativeCrc32;

function crc32(bytes, before = 0) {
  nativeCrc32 ??= findCrc32();
  return nativeCrc32(bytes, before);
}

/** `zlib.crc32` without the rest of zlib, which takes longer to load than the whole loader (3 ms). */
function findCrc32() {
  const { crc32: found } = binding('zlib');
  return typeof found === 'function' ? found : require('node:zlib').crc32;
}

module.exports = { Payload };
