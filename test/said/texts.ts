// Every text that the engine and the nodes say of what is wrong, as it is written in the source, values being holes.
import { calledBy, childrenOf, isFunction, meaningOf, type Part, type Source } from './source.ts'

/** Stands for a value in a text. */
export const HOLE = '\u{1F573}'

export interface SaidText {
  text: string
  /** Where: "src/engine/plan/check.ts: message". */
  where: string
}

/** Errors whose message is shown in the editor, by their place among the arguments. */
const errors: Record<string, readonly number[]> = {
  CheckpointError: [0, 1],
  SafetensorsError: [0],
  DatasetError: [0],
  ImportError: [0],
  AttentionError: [0, 1],
  ModelError: [0],
  WorkflowError: [1],
  Error: [0],
}

/** Properties that hold such a text, or make some. */
const properties = new Set(['message', 'cure', 'reason', 'why', 'remark', 'notices', 'ifFull', 'kernels', 'unless', 'device'])

/** Calls that say what they are given. */
const sayings = new Set(['onTrouble', 'onMissing', 'onLost', 'fail', 'evaluated'])

/** What only a mistake in the program itself says, and never the user's. */
const mistakes =
  /^src\/(engine\/(differentiate|flat|plan\/(host|memory|pack)|models\/unet\/init|webgpu\/(backend|tensors|pool))|nodes\/(litegraph\/)?register)\.ts$/

/** Said to who runs a script or the command line, never in the editor. */
const elsewhere = /^src\/nodes\/(cli\/|script\/(loop|start|values|names)\.ts)/

type Env = ReadonlyMap<string, readonly string[]>
const MOST = 48

export function saidTexts(source: Source): SaidText[] {
  const said = new Map<string, SaidText>()
  const add = (part: Part, what: string) => {
    for (const value of valuesOf(part, source)) {
      const text = value.replaceAll(new RegExp(`${HOLE}+`, 'gu'), HOLE).trim()
      if (/[a-z]/i.test(text) && !said.has(text)) said.set(text, { text, where: `${part.file}: ${what}` })
    }
  }
  for (const part of source.parts) {
    if (elsewhere.test(part.file)) continue
    for (const [what, each] of saidIn(part)) add(each, what)
  }
  return [...said.values()]
}

/** What a part of the source says, if it does. */
function saidIn(part: Part): [what: string, text: Part][] {
  if (part.type === 'Property' && isSaying(part))
    return (isFunction(part.value) ? returnsOf(part.value).flatMap(itemsOf) : [part.value]).map((each) => [part.key.name, each])
  if (part.type === 'AssignmentExpression' && properties.has(part.left.property?.name))
    return [[part.left.property.name, part.right]]
  if (part.type === 'NewExpression')
    return (part.callee.name === 'Error' && mistakes.test(part.file) ? [] : (errors[part.callee.name] ?? []))
      .filter((i) => part.arguments[i])
      .map((i) => [part.callee.name, part.arguments[i]])
  if (part.type !== 'CallExpression' || part.arguments.length === 0) return []
  const { callee } = part
  const name = callee.property?.name ?? callee.name
  const says = sayings.has(name) || (name === 'push' && (callee.object.property ?? callee.object).name === 'notices')
  return says ? [[name, part.arguments[0]]] : []
}

/** `message:` and such; `text:` of a status. */
function isSaying({ key, computed, up }: Part): boolean {
  if (computed || up?.type !== 'ObjectExpression') return false
  return (
    properties.has(key.name) || (key.name === 'text' && (up.properties as Part[]).some(({ value }) => value?.value === 'status'))
  )
}

const itemsOf = (part: Part): Part[] =>
  part.type === 'ArrayExpression'
    ? part.elements
    : part.type === 'ConditionalExpression'
      ? [...itemsOf(part.consequent), ...itemsOf(part.alternate)]
      : []

/** All texts that an expression can be. */
export function valuesOf(part: Part, source: Source, env: Env = new Map(), depth = 0): string[] {
  const of = (inner: Part) => valuesOf(inner, source, env, depth + 1)
  if (depth > 12) return [HOLE]
  switch (part.type) {
    case 'Literal':
      return typeof part.value === 'string' ? [part.value] : part.value === null ? [] : [HOLE]
    case 'TemplateLiteral':
      return joined(
        (part.quasis as Part[]).flatMap(({ value }, i) => [
          [value.cooked as string],
          ...(part.expressions[i] ? [of(part.expressions[i])] : []),
        ]),
      )
    case 'ConditionalExpression':
      return union([...of(part.consequent), ...of(part.alternate)])
    case 'LogicalExpression':
      return union(part.operator === '&&' ? of(part.right) : [...of(part.left), ...of(part.right)])
    case 'BinaryExpression':
      return part.operator === '+' ? joined([of(part.left), of(part.right)]) : [HOLE]
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'ParenthesizedExpression':
    case 'ChainExpression':
      return of(part.expression)
    case 'AwaitExpression':
      return of(part.argument)
    case 'Identifier':
      return part.name === 'undefined' ? [] : ofName(part, source, env, depth)
    case 'MemberExpression':
      return ofMember(part, source, env, depth)
    case 'CallExpression':
      return ofCall(part, source, env, depth)
    default:
      return [HOLE]
  }
}

function ofName(part: Part, source: Source, env: Env, depth: number): string[] {
  const bound = env.get(part.name)
  if (bound) return [...bound]
  const meaning = meaningOf(part.name, part, source.files)
  if (meaning?.kind === 'value') return valuesOf(meaning.of, source, new Map(), depth + 1)
  if (meaning?.kind !== 'given') return [HOLE]
  const { to, index, key, usual } = meaning
  const owner = to.up?.type === 'MethodDefinition' && to.up.key.name === 'constructor' ? to.up.up!.up! : to
  const given = (source.callsOf.get(owner) ?? []).flatMap((call) => {
    const argument = call.arguments[index] as Part | undefined
    if (!argument || argument.type === 'SpreadElement') return []
    if (key === undefined) return valuesOf(argument, source, new Map(), depth + 1)
    const property =
      argument.type === 'ObjectExpression' && (argument.properties as Part[]).find((each) => each.key?.name === key)
    return property ? valuesOf(property.value, source, new Map(), depth + 1) : [HOLE]
  })
  return union([...given, ...(usual ? valuesOf(usual, source, new Map(), depth + 1) : [])], [HOLE])
}

/** `words[kind]`: any of what is in `words`. */
function ofMember({ object, computed, property }: Part, source: Source, env: Env, depth: number): string[] {
  const meaning = object.type === 'Identifier' && !env.has(object.name) ? meaningOf(object.name, object, source.files) : undefined
  const of = meaning?.kind === 'value' ? bare(meaning.of) : object.type === 'ObjectExpression' ? object : undefined
  if (of?.type !== 'ObjectExpression') return [HOLE]
  const all = (of.properties as Part[]).filter((each) => computed || each.key?.name === property.name)
  return union(
    all.flatMap(({ value }) => (value ? valuesOf(value, source, new Map(), depth + 1) : [])),
    [HOLE],
  )
}

const bare = (part: Part): Part => (/^TS.*Expression$/.test(part.type) ? bare(part.expression) : part)

function ofCall(part: Part, source: Source, env: Env, depth: number): string[] {
  const { callee } = part
  if (callee.type === 'MemberExpression' && callee.property.name === 'join') return joinOf(part, source, env, depth)
  if (callee.type === 'MemberExpression' && ['trimEnd', 'trim', 'slice'].includes(callee.property.name))
    return valuesOf(callee.object, source, env, depth + 1)
  if (callee.type === 'MemberExpression' && callee.property.name === 'catch')
    return union([callee.object, ...part.arguments.flatMap(returnsOf)].flatMap((each) => valuesOf(each, source, env, depth + 1)))
  const called = calledBy(part, source.files)
  if (!called || !isFunction(called)) return [HOLE]
  const inner = new Map<string, readonly string[]>()
  for (const [i, param] of (called.params as Part[]).entries()) {
    const name = (param.left ?? param).name
    if (name && part.arguments[i]) inner.set(name, valuesOf(part.arguments[i], source, env, depth + 1))
    else if (name) inner.set(name, param.right ? valuesOf(param.right, source, new Map(), depth + 1) : [HOLE])
  }
  return union(
    returnsOf(called).flatMap((each) => valuesOf(each, source, inner, depth + 1)),
    [HOLE],
  )
}

/** `['a', b].join(' ')` */
function joinOf({ callee, arguments: [by] }: Part, source: Source, env: Env, depth: number): string[] {
  const list = bare(callee.object)
  if (list.type !== 'ArrayExpression' || by?.type !== 'Literal') return [HOLE]
  const items = (list.elements as Part[]).map((each) =>
    each.type === 'SpreadElement' ? [HOLE] : valuesOf(each, source, env, depth + 1),
  )
  return joined(items.flatMap((item, i) => (i ? [[by.value as string], item] : [item])))
}

/** What a function returns, in all places. */
function returnsOf({ body }: Part): Part[] {
  if (!body) return []
  if (body.type !== 'BlockStatement') return [body]
  const found: Part[] = []
  const look = (part: Part) => {
    if (part.type === 'ReturnStatement' && part.argument) found.push(part.argument)
    for (const each of childrenOf(part)) if (!isFunction(each)) look(each)
  }
  look(body)
  return found
}

const union = (texts: readonly string[], otherwise: string[] = []): string[] => {
  const all = [...new Set(texts)]
  return all.length === 0 ? otherwise : all.length > MOST ? [HOLE] : all
}

/** Each of one with each of the next. Too many: what varies is a hole. */
function joined(parts: readonly (readonly string[])[]): string[] {
  const count = parts.reduce((product, each) => product * Math.max(1, each.length), 1)
  const less = count > MOST ? parts.map((each) => (each.length > 1 ? [HOLE] : each)) : parts
  return less.reduce<string[]>(
    (texts, each) => texts.flatMap((text) => (each.length ? each : ['']).map((next) => text + next)),
    [''],
  )
}
