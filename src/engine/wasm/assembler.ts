// A small assembler for WebAssembly with 128-bit vectors: functions are put together from expressions, in TypeScript, and
// become a module where it is used. So a kernel needs no compiler, no file beside the program, and its shapes and its kind of
// memory can be constants in it. Opcodes are those of the core specification, version 2 with fixed-width SIMD.

/** Instructions. What has a value leaves it on the stack. */
export type Code = readonly (number | Code)[]

export type Type = 'i32' | 'f32' | 'v128'

const typeCodes: { [T in Type]: number } = { i32: 0x7f, f32: 0x7d, v128: 0x7b }

/** A variable of a function, among them its parameters. */
export interface Local {
  readonly get: Code
  set(value: Code): Code
}

export interface Func {
  params: Type[]
  locals: Type[]
  code: Code
}

/** A function without a result. `local` makes a variable of it. */
export function func<P extends Record<string, Type>>(
  params: P,
  body: (params: { [K in keyof P]: Local }, local: (type: Type) => Local) => Code,
): Func {
  const types = Object.values(params)
  const locals: Type[] = []
  const named = Object.fromEntries(Object.keys(params).map((name, index) => [name, localOf(index)]))
  const local = (type: Type) => localOf(types.length + locals.push(type) - 1)
  const code = body(named as { [K in keyof P]: Local }, local)
  return { params: types, locals, code }
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

const f32 = { const: (value: number): Code => [0x43, ...floatBytes(value)] }

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

// Alignment is told as that of a float, which tensors have; more would only be a hint.
const memory = (opcode: number, offset: number) => [...vector(opcode), 2, ...unsigned(offset)]

/** Four floats at an address, and `offset` bytes beyond it. */
export const load = (address: Code, offset = 0): Code => [address, ...memory(0x00, offset)]
/** One float at an address, four times. */
export const loadSplat = (address: Code, offset = 0): Code => [address, ...memory(0x09, offset)]
export const store = (address: Code, value: Code, offset = 0): Code => [address, value, ...memory(0x0b, offset)]

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

/** A module that exports the functions and works in the memory it is given as `env.memory`. `shared`: that of threads. */
export function assemble(funcs: Record<string, Func>, { shared }: { shared: boolean }): Uint8Array<ArrayBuffer> {
  const all = Object.values(funcs)
  const limits = shared ? [3, 0, ...unsigned(65_536)] : [0, 0]
  const bytes = [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic number and version
    section(1, list(all.map(({ params }) => [0x60, ...list(params.map((type) => [typeCodes[type]])), 0]))),
    section(2, list([[...name('env'), ...name('memory'), 2, ...limits]])),
    section(3, list(all.map((_, index) => unsigned(index)))),
    section(7, list(Object.keys(funcs).map((key, index) => [...name(key), 0, ...unsigned(index)]))),
    section(10, list(all.map(bodyOf))),
  ]
  return Uint8Array.from(bytes.flat())
}

function bodyOf({ locals, code }: Func): number[] {
  const flat = (code as unknown[]).flat(Infinity) as number[]
  const body = [...list(locals.map((type) => [1, typeCodes[type]])), ...flat, 0x0b]
  return [...unsigned(body.length), ...body]
}
