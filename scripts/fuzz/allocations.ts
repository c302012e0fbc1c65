// Counts the bytes of all typed arrays and buffers that are allocated. Import it before the modules
// under test: some keep the constructors.

const names = [
  'ArrayBuffer',
  'SharedArrayBuffer',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int8Array',
  'Uint16Array',
  'Int16Array',
  'Uint32Array',
  'Int32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
] as const

let allocated = 0

/** The bytes requested by the first argument of a constructor: a length or a list of numbers. */
function requestedBytes(value: unknown, elementSize: number): number {
  if (typeof value === 'number') return value * elementSize
  if (typeof value !== 'object' || value === null) return 0
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return 0
  return (Number((value as { length?: unknown }).length) || 0) * elementSize
}

function countConstructor(name: (typeof names)[number]) {
  const target = globalThis[name] as unknown as { new (...args: unknown[]): object } & {
    BYTES_PER_ELEMENT?: number
    prototype: object
  }
  const elementSize = target.BYTES_PER_ELEMENT ?? 1
  const counted: typeof target = new Proxy(target, {
    construct(original, args: unknown[], newTarget) {
      allocated += requestedBytes(args[0], elementSize)
      return Reflect.construct(
        original,
        args,
        newTarget === counted ? original : newTarget,
      ) as object
    },
  })
  Object.defineProperty(globalThis, name, { value: counted, writable: true, configurable: true })
  // `slice` and `map` create arrays by the constructor of the prototype.
  Object.defineProperty(target.prototype, 'constructor', {
    value: counted,
    writable: true,
    configurable: true,
  })
}

names.forEach(countConstructor)

/** Bytes allocated since the start, whether or not they were freed. */
export const allocatedBytes = () => allocated
