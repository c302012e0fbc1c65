// A small assembler for WebAssembly with 128-bit vectors: functions are put together from expressions, in TypeScript, and
// become a module where it is used. So a kernel needs no compiler, no file beside the program, and its shapes and its kind of
// memory can be constants in it. Opcodes are those of the core specification, version 2 with fixed-width SIMD.

/** Instructions. What has a value leaves it on the stack. */
export type Code = readonly (number | Code)[]

export type Type = 'i32' | 'f32' | 'f64' | 'v128'

const typeCodes: { [T in Type]: number } = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b }

/** A variable of a function, among them its parameters. */
export interface Local {
  readonly get: Code
  set(value: Code): Code
}

export interface Func {
  locals: Type[]
  code: Code
}

/** What a function can be told: addresses and other whole numbers, and floats. */
export type Params = Record<string, 'i32' | 'f32'>

/**
 * A function without a result. All have one parameter, the address at which they find, in order, what `params` names, four
 * bytes each: so they can be called by number, from a list in memory. `local` makes a variable; `at` is that address.
 */
export function func<P extends Params>(
  params: P,
  body: (params: { [K in keyof P]: Local }, local: (type: Type) => Local, at: Local) => Code,
): Func {
  const locals: Type[] = []
  const local = (type: Type) => localOf(locals.push(type))
  const at = localOf(0)
  const named = Object.entries(params).map(([name, type]) => [name, local(type)] as const)
  const read = named.map(([name, one], i) => one.set(scalar(params[name]!).load(at.get, 4 * i)))
  const code = [read, body(Object.fromEntries(named) as { [K in keyof P]: Local }, local, at)]
  return { locals, code }
}

const localOf = (index: number): Local => ({
  get: [0x20, ...unsigned(index)],
  set: (value) => [value, 0x21, ...unsigned(index)],
})

// ---- numbers as the format has them

/** LEB128 without sign. */
function unsigned(value: number): number[] {
  const bytes = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) + 128)
  }
}

/** LEB128 with sign. */
function signed(value: number): number[] {
  const bytes = []
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 127
    if (rest >> 6 === 0 || rest >> 6 === -1) return [...bytes, low]
    bytes.push(low + 128)
  }
}

const floatBytes = (value: number) => [...new Uint8Array(Float32Array.of(value).buffer)]

// ---- expressions

const vector = (opcode: number) => [0xfd, ...unsigned(opcode)]

type Binary = (a: Code, b: Code) => Code
const binary =
  (opcode: number[]): Binary =>
  (a, b) => [a, b, ...opcode]
const unary =
  (opcode: number[]) =>
  (a: Code): Code => [a, ...opcode]

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: binary([0x6a]),
  sub: binary([0x6b]),
  mul: binary([0x6c]),
  shl: binary([0x74]),
}

// Alignment is told as that of a float, which tensors have; more would only be a hint.
const memory = (offset: number) => [2, ...unsigned(offset)]

/** Access to one number in memory. */
const accessTo = (loading: number, storing: number) => ({
  load: (address: Code, offset = 0): Code => [address, loading, ...memory(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, storing, ...memory(offset)],
})

export const f32 = {
  ...accessTo(0x2a, 0x38),
  const: (value: number): Code => [0x43, ...floatBytes(value)],
  add: binary([0x92]),
  mul: binary([0x94]),
}

export const word = accessTo(0x28, 0x36)

const scalar = (type: 'i32' | 'f32') => (type === 'i32' ? word : f32)

/** For sums of many numbers. */
export const f64 = {
  const: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  add: binary([0xa0]),
  mul: binary([0xa2]),
  div: binary([0xa3]),
  sqrt: unary([0x9f]),
  /** Of a float. */
  of: unary([0xbb]),
  /** Of a whole number without sign. */
  ofCount: unary([0xb8]),
  /** The nearest float. */
  toFloat: unary([0xb6]),
}

export const f32x4 = {
  /** The same number four times. */
  const: (value: number): Code => [f32.const(value), ...vector(0x13)],
  splat: unary(vector(0x13)),
  add: binary(vector(0xe4)),
  sub: binary(vector(0xe5)),
  mul: binary(vector(0xe6)),
  div: binary(vector(0xe7)),
  min: binary(vector(0xe8)),
  max: binary(vector(0xe9)),
  neg: unary(vector(0xe1)),
  sqrt: unary(vector(0xe3)),
  /** To the nearest whole number. */
  nearest: unary(vector(0x6a)),
}

export const i32x4 = {
  const: (value: number): Code => [i32.const(value), ...vector(0x11)],
  add: binary(vector(0xae)),
  shl: binary(vector(0xab)),
  /** Of floats, towards zero. */
  truncate: unary(vector(0xf8)),
}

/** Four floats at an address, and `offset` bytes beyond it. */
export const load = (address: Code, offset = 0): Code => [address, ...vector(0x00), ...memory(offset)]
/** One float at an address, four times. */
export const loadSplat = (address: Code, offset = 0): Code => [address, ...vector(0x09), ...memory(offset)]
/** One float at an address, and zeros. */
export const loadFirst = (address: Code): Code => [address, ...vector(0x5c), ...memory(0)]
/** `value` with the float at an address in one of its lanes. */
export const loadLane = (address: Code, value: Code, lane: number): Code => [address, value, ...vector(0x56), ...memory(0), lane]
export const store = (address: Code, value: Code, offset = 0): Code => [address, value, ...vector(0x0b), ...memory(offset)]

/** Copies `bytes` from one address to another. */
export const copyBytes = (to: Code, from: Code, bytes: Code): Code => [to, from, bytes, 0xfc, 0x0a, 0, 0]
/** Sets `bytes` to zero. */
export const clearBytes = (at: Code, bytes: Code): Code => [at, i32.const(0), bytes, 0xfc, 0x0b, 0]

/** Calls the function of this number, with the address of its parameters. */
export const callNumber = (number: Code, at: Code): Code => [at, number, 0x11, 0, 0]

/** `body` while the counter, which it has to advance, is below `end`; both without sign, as addresses above 2 GiB are. */
export const whileBelow = (counter: Local, end: Code, body: Code): Code => [
  [0x02, 0x40, 0x03, 0x40], // block, loop
  [counter.get, end, 0x4f, 0x0d, 1], // out of the block if counter >= end
  body,
  [0x0c, 0, 0x0b, 0x0b], // again
]

export const advance = (counter: Local, by: number | Code): Code =>
  counter.set(i32.add(counter.get, typeof by === 'number' ? i32.const(by) : by))

// ---- the module

const section = (id: number, content: number[]) => [id, ...unsigned(content.length), ...content]
const list = (items: number[][]) => [...unsigned(items.length), ...items.flat()]
const name = (text: string) => [...unsigned(text.length), ...new TextEncoder().encode(text)]

/** The type that all functions have: an address, and no result. */
const TYPE = [0x60, ...list([[typeCodes.i32]]), 0]

/**
 * A module that exports the functions, numbered in their order for {@link callNumber}, and works in the memory it is given as
 * `env.memory`. `shared`: that of threads.
 */
export function assemble(funcs: Record<string, Func>, { shared }: { shared: boolean }): Uint8Array<ArrayBuffer> {
  const all = Object.values(funcs)
  const numbers = all.map((_, index) => unsigned(index))
  const limits = shared ? [3, 0, ...unsigned(65_536)] : [0, 0]
  const bytes = [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic number and version
    section(1, list([TYPE])),
    section(2, list([[...name('env'), ...name('memory'), 2, ...limits]])),
    section(3, list(all.map(() => [0]))),
    section(4, list([[0x70, 0, ...unsigned(all.length)]])), // a table of functions
    section(7, list(Object.keys(funcs).map((key, index) => [...name(key), 0, ...unsigned(index)]))),
    section(9, list([[0, ...(i32.const(0) as number[]), 0x0b, ...list(numbers)]])), // with all of them in it
    section(10, list(all.map(bodyOf))),
  ]
  return Uint8Array.from(bytes.flat())
}

function bodyOf({ locals, code }: Func): number[] {
  const flat = (code as unknown[]).flat(Infinity) as number[]
  const body = [...list(locals.map((type) => [1, typeCodes[type]])), ...flat, 0x0b]
  return [...unsigned(body.length), ...body]
}
