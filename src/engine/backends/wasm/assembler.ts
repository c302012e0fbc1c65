// A small assembler for WebAssembly with 128-bit vectors. Functions are built from expressions in
// TypeScript, and assembled to a module at run time: a kernel needs no compiler and no separate
// file, and shapes and the kind of memory can be constants in it. Opcodes are those of the core
// specification, version 3: fixed-width SIMD, and relaxed SIMD where it is asked for.

/** Instructions. An expression leaves its value on the stack. */
export type Code = readonly (number | MultiplyAdd | Code)[]

/** a b + c of four floats. How often it is rounded is decided when the module is assembled. */
interface MultiplyAdd {
  a: Code
  b: Code
  c: Code
}

export type Type = 'i32' | 'f32' | 'f64' | 'v128'

const typeCodes: { [T in Type]: number } = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b }

/** A local variable or parameter of a function. */
export interface Local {
  readonly get: Code
  set(value: Code): Code
}

export interface Func {
  locals: Type[]
  code: Code
}

/** Names and types of parameters: addresses and other integers, and floats. */
export type Params = Record<string, 'i32' | 'f32'>

/**
 * Defines a function without a result. All functions have the same signature, so that they can be
 * called by index from a list in memory: their only WebAssembly parameter is the address of
 * `params`, four bytes each. `local` declares a variable; `at` is that address.
 */
export function func<P extends Params>(
  params: P,
  body: (params: { [K in keyof P]: Local }, local: (type: Type) => Local, at: Local) => Code,
): Func {
  const locals: Type[] = []
  const local = (type: Type) => makeLocal(locals.push(type))
  const at = makeLocal(0)
  const named = Object.entries(params).map(([name, type]) => [name, local(type)] as const)
  const loads = named.map(([name, variable], i) =>
    variable.set(accessByType(params[name]).load(at.get, 4 * i)),
  )
  const code = [loads, body(Object.fromEntries(named) as { [K in keyof P]: Local }, local, at)]
  return { locals, code }
}

/**
 * A global variable of each instance, and so of each thread: the address of memory that only this
 * thread uses. JavaScript sets it by the export of this name.
 */
export const THREAD_MEMORY = 'threadMemory'
export const threadMemory: Code = [0x23, 0]

/** Declares several variables of the same type. */
export const newLocals = (local: (type: Type) => Local, type: Type, count: number): Local[] =>
  Array.from({ length: count }, () => local(type))

const makeLocal = (index: number): Local => ({
  get: [0x20, ...unsigned(index)],
  set: (value) => [value, 0x21, ...unsigned(index)],
})

// ---- encoding of numbers

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) + 128)
  }
}

/** Signed LEB128. */
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
const binaryOp =
  (opcode: number[]): Binary =>
  (a, b) => [a, b, ...opcode]
const unaryOp =
  (opcode: number[]) =>
  (a: Code): Code => [a, ...opcode]

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: binaryOp([0x6a]),
  sub: binaryOp([0x6b]),
  mul: binaryOp([0x6c]),
  shl: binaryOp([0x74]),
}

// The alignment is that of a float, as tensors guarantee no more. It is only a hint.
const memory = (offset: number) => [2, ...unsigned(offset)]

/** Loads and stores of one number. */
const memoryAccess = (loading: number, storing: number) => ({
  load: (address: Code, offset = 0): Code => [address, loading, ...memory(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [
    address,
    value,
    storing,
    ...memory(offset),
  ],
})

export const f32 = {
  ...memoryAccess(0x2a, 0x38),
  const: (value: number): Code => [0x43, ...floatBytes(value)],
  add: binaryOp([0x92]),
  mul: binaryOp([0x94]),
}

export const word = memoryAccess(0x28, 0x36)

const accessByType = (type: 'i32' | 'f32') => (type === 'i32' ? word : f32)

/** For long sums. */
export const f64 = {
  const: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  add: binaryOp([0xa0]),
  mul: binaryOp([0xa2]),
  div: binaryOp([0xa3]),
  sqrt: unaryOp([0x9f]),
  /** Converts a float. */
  fromFloat: unaryOp([0xbb]),
  /** Converts an unsigned integer. */
  fromUnsigned: unaryOp([0xb8]),
  /** Rounds to the nearest float. */
  toFloat: unaryOp([0xb6]),
}

export const f32x4 = {
  /** A constant in all lanes. */
  const: (value: number): Code => [f32.const(value), ...vector(0x13)],
  splat: unaryOp(vector(0x13)),
  add: binaryOp(vector(0xe4)),
  sub: binaryOp(vector(0xe5)),
  mul: binaryOp(vector(0xe6)),
  div: binaryOp(vector(0xe7)),
  min: binaryOp(vector(0xe8)),
  max: binaryOp(vector(0xe9)),
  /** a b + c, rounded once or twice; see {@link assemble}. */
  multiplyAdd: (a: Code, b: Code, c: Code): Code => [{ a, b, c }],
  abs: unaryOp(vector(0xe0)),
  neg: unaryOp(vector(0xe1)),
  sqrt: unaryOp(vector(0xe3)),
  /** Rounds to the nearest integer. */
  nearest: unaryOp(vector(0x6a)),
  /** The float in one lane. */
  lane: (value: Code, index: number): Code => [value, ...vector(0x1f), index],
}

/** Operations on all 128 bits. */
export const v128 = {
  and: binaryOp(vector(0x4e)),
  or: binaryOp(vector(0x50)),
}

export const i32x4 = {
  const: (value: number): Code => [i32.const(value), ...vector(0x11)],
  add: binaryOp(vector(0xae)),
  shl: binaryOp(vector(0xab)),
  /** Converts floats, rounding towards zero. */
  truncate: unaryOp(vector(0xf8)),
}

/** Loads four floats, `offset` bytes after an address. */
export const load = (address: Code, offset = 0): Code => [
  address,
  ...vector(0x00),
  ...memory(offset),
]
/** Loads a float into all lanes. */
export const loadSplat = (address: Code, offset = 0): Code => [
  address,
  ...vector(0x09),
  ...memory(offset),
]
/** Loads a float into the first lane, and zeros into the others. */
export const loadFirst = (address: Code): Code => [address, ...vector(0x5c), ...memory(0)]
/** Loads a float into one lane of `value`. */
export const loadLane = (address: Code, value: Code, lane: number): Code => [
  address,
  value,
  ...vector(0x56),
  ...memory(0),
  lane,
]
export const store = (address: Code, value: Code, offset = 0): Code => [
  address,
  value,
  ...vector(0x0b),
  ...memory(offset),
]

/** Copies `bytes` from one address to another. */
export const copyBytes = (to: Code, from: Code, bytes: Code): Code => [
  to,
  from,
  bytes,
  0xfc,
  0x0a,
  0,
  0,
]
/** Sets `bytes` to zero. */
export const clearBytes = (at: Code, bytes: Code): Code => [at, i32.const(0), bytes, 0xfc, 0x0b, 0]

/** Calls the function with this index. */
export const callIndirect = (number: Code, at: Code): Code => [at, number, 0x11, 0, 0]

/**
 * Loops while the counter, which `body` has to advance, is below `end`. Both are unsigned, as
 * addresses may be above 2 GiB.
 */
export const whileBelow = (counter: Local, end: Code, body: Code): Code => [
  [0x02, 0x40, 0x03, 0x40], // block, loop
  [counter.get, end, 0x4f, 0x0d, 1], // leave the block if counter >= end
  body,
  [0x0c, 0, 0x0b, 0x0b], // continue the loop
]

export const advance = (counter: Local, by: number | Code): Code =>
  counter.set(i32.add(counter.get, typeof by === 'number' ? i32.const(by) : by))

// ---- the module

const section = (id: number, content: number[]) => [id, ...unsigned(content.length), ...content]
const encodeList = (items: number[][]) => [...unsigned(items.length), ...items.flat()]
const encodeName = (text: string) => [...unsigned(text.length), ...new TextEncoder().encode(text)]

/** The signature of all functions: an address, and no result. */
const TYPE = [0x60, ...encodeList([[typeCodes.i32]]), 0]

export interface AssemblerOptions {
  /** The memory is shared between threads. */
  shared: boolean
  /**
   * Multiplies and adds in one instruction of relaxed SIMD, which rounds once on machines with
   * fused multiply-add, and twice on others. Otherwise in two instructions, whose bits are the same
   * on all machines.
   */
  fused: boolean
}

/**
 * Assembles a module that exports the functions, with indices in their order for {@link
 * callIndirect}, and {@link THREAD_MEMORY}. It imports its memory as `env.memory`.
 */
export function assemble(
  funcs: Record<string, Func>,
  { shared, fused }: AssemblerOptions,
): Uint8Array<ArrayBuffer> {
  const all = Object.values(funcs)
  const numbers = all.map((_, index) => unsigned(index))
  const limits = shared ? [3, 0, ...unsigned(65_536)] : [0, 0]
  const bytes = [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic number and version
    section(1, encodeList([TYPE])),
    section(2, encodeList([[...encodeName('env'), ...encodeName('memory'), 2, ...limits]])),
    section(3, encodeList(all.map(() => [0]))),
    section(4, encodeList([[0x70, 0, ...unsigned(all.length)]])), // a table, filled in section 9
    section(6, encodeList([[typeCodes.i32, 1, ...(i32.const(0) as number[]), 0x0b]])), // mutable
    section(
      7,
      encodeList([
        ...Object.keys(funcs).map((key, index) => [...encodeName(key), 0, ...unsigned(index)]),
        [...encodeName(THREAD_MEMORY), 3, 0],
      ]),
    ),
    section(9, encodeList([[0, ...(i32.const(0) as number[]), 0x0b, ...encodeList(numbers)]])),
    section(10, encodeList(all.map((one) => encodeBody(one, fused)))),
  ]
  return Uint8Array.from(bytes.flat())
}

const [MUL, ADD, RELAXED_MADD] = [vector(0xe6), vector(0xe4), vector(0x105)]

function encodeBody({ locals, code }: Func, fused: boolean): number[] {
  const bytes: number[] = []
  const encode = (part: number | MultiplyAdd | Code): void => {
    if (typeof part === 'number') bytes.push(part)
    else if ('a' in part) {
      const { a, b, c } = part
      encode(fused ? [a, b, c, RELAXED_MADD] : [c, a, b, MUL, ADD])
    } else part.forEach(encode)
  }
  encode(code)
  const body = [...encodeList(locals.map((type) => [1, typeCodes[type]])), ...bytes, 0x0b]
  return [...unsigned(body.length), ...body]
}
