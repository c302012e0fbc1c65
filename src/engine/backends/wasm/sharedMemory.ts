// Shared memory for tfjs's kernels in Node.
//
// The threads of tfjs's threaded build are workers of a browser. Its build without threads has the
// same kernels, and exports a memory of its own. WebAssembly allows every instruction on a memory
// that is declared as shared, so one bit of the binary lets our worker pool use that memory.

/** A module's own memories are declared in this section. */
const MEMORY_SECTION = 5

/** Bits of a memory's flags: it has a maximum, which a shared memory needs, and it is shared. */
const [HAS_MAXIMUM, IS_SHARED] = [1, 2]

/** Bytes of a module before its first section: magic number and version. */
const PREAMBLE = 8

/**
 * Returns a copy of a module whose memory is shared. Other modules than those with one memory, with
 * a maximum, remain as they are; the backend then has one thread.
 */
export function shareMemory(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(module)
  for (let at = PREAMBLE; at < copy.length;) {
    const section = copy[at]
    const size = readNumber(copy, at + 1)
    const [count, flags] = [size.next, size.next + 1]
    if (section === MEMORY_SECTION && copy[count] === 1 && copy[flags] === HAS_MAXIMUM) {
      copy[flags] |= IS_SHARED
      return copy
    }
    at = size.next + size.value
  }
  return copy
}

/** Reads an unsigned LEB128 number. Returns also the index of the byte after it. */
function readNumber(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]
    value += (byte & 127) * 2 ** shift
    if (byte < 128) return { value, next: at }
  }
}

/** Whether these are the imports of a module of tfjs, whose memory grows by calling JavaScript. */
const areOfTfjs = (imports?: WebAssembly.Imports) =>
  typeof imports?.env?.emscripten_resize_heap === 'function'

/**
 * Starts tfjs's backend with a shared memory. Its start has no parameter for that, but it passes
 * the binary to `WebAssembly.instantiate`, which is replaced until the start is over.
 */
export async function withSharedMemory(startBackend: () => Promise<void>): Promise<void> {
  const { instantiate } = WebAssembly
  const instantiateShared = (binary: BufferSource, imports?: WebAssembly.Imports) =>
    instantiate(areOfTfjs(imports) ? shareMemory(bytesOf(binary)) : binary, imports)
  WebAssembly.instantiate = instantiateShared as typeof instantiate
  try {
    await startBackend()
  } finally {
    WebAssembly.instantiate = instantiate
  }
}

const bytesOf = (source: BufferSource): Uint8Array =>
  ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source)
