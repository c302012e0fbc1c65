// Structure-aware mutations of workflow files. A mutant is a value; `printMutant` prints it as JSON,
// with raw pieces that no JSON printer writes (NaN, duplicate keys, lone surrogates).
import type { Rng } from './random.ts'

type Json = null | boolean | number | string | Json[] | JsonRecord
interface JsonRecord {
  [key: string]: Json
}

/** A place in a value. `holder` is the array or object around it. */
interface Place {
  holder: Json[] | JsonRecord
  key: number | string
  depth: number
}

/** Marks a string that is printed as its content, without quotes. */
const RAW = '\u0001raw:'
const raw = (text: string): Json => RAW + text

const specialTexts = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'then',
  'length',
  '',
  ' ',
  'loop',
  'inputs',
  'outputs',
  '*',
  ',',
  ':',
  '1:2',
  '-1',
  'null',
  'NaN',
  'undefined',
  '[object Object]',
  '../../etc/passwd',
  '<img src=x onerror=alert(1)>',
  '</script><script>alert(1)</script>',
  'javascript:alert(1)',
  '\u202eabc\u202c',
  '\ud800',
  '\udc00x',
  '\0\u0007\u001b[31m',
  'e\u0301'.repeat(40),
  'x'.repeat(299),
  'x'.repeat(301),
  'y'.repeat(5000),
  '`${process.exit()}`',
  "'); process.exit(); ('",
  '\u2028*/ process.exit() /*',
] as const

const specialNumbers: readonly Json[] = [
  0,
  -0,
  1,
  -1,
  -10,
  -20,
  2,
  4,
  0.5,
  1e-320,
  255,
  5000,
  65_536,
  1e6,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  2 ** 53,
  2 ** 53 - 1,
  2 ** 53 + 2,
  -(2 ** 53),
  1e21,
  1e300,
  raw('1e999'),
  raw('-1e999'),
  raw('NaN'),
  raw('Infinity'),
  raw('-Infinity'),
  raw('-0'),
]

const otherTypes = (rng: Rng): Json =>
  rng.pick<() => Json>([
    () => null,
    () => true,
    () => false,
    () => [],
    () => ({}),
    () => [null],
    () => rng.pick(specialNumbers),
    () => rng.pick(specialTexts),
    () => ({ toString: 1, valueOf: 'x' }),
    () => [1, [2, [3]]],
    () => ({ length: 1e9 }),
    () => ({ 0: 1, 1: 2 }),
  ])()

/** Assigns an own property, also `__proto__`. */
function setOwn(holder: Json[] | JsonRecord, key: number | string, value: Json) {
  if (Array.isArray(holder)) holder[Number(key)] = value
  else
    Object.defineProperty(holder, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
}

function getOwn(holder: Json[] | JsonRecord, key: number | string): Json {
  return Object.getOwnPropertyDescriptor(holder, key)?.value as Json
}

const isHolder = (value: Json): value is Json[] | JsonRecord =>
  typeof value === 'object' && value !== null

/** Choices among more entries than this are made by a sample. */
const LISTED = 4000

/** Lists places below a value, breadth first. */
function listPlaces(root: Json, matches: (place: Place, value: Json) => boolean): Place[] {
  const found: Place[] = []
  const queue: { value: Json; depth: number }[] = [{ value: root, depth: 0 }]
  for (let i = 0; i < queue.length && found.length < LISTED; i++) {
    const { value, depth } = queue[i]
    if (!isHolder(value)) continue
    for (const key of Object.keys(value)) {
      const place = { holder: value, key, depth }
      const item = getOwn(value, key)
      if (matches(place, item)) found.push(place)
      if (isHolder(item)) queue.push({ value: item, depth: depth + 1 })
    }
  }
  return found
}

/** A random place, found by walking down. Shallow places are as likely as deep ones. */
function randomPlace(root: Json, rng: Rng): Place | undefined {
  let place: Place | undefined
  let value = root
  for (let depth = 0; isHolder(value); depth++) {
    const keys = Object.keys(value)
    if (!keys.length) break
    const key = rng.pick(keys)
    place = { holder: value, key, depth }
    value = getOwn(value, key)
    if (rng.chance(0.25)) break
  }
  return place
}

const copy = (value: Json): Json =>
  value === undefined ? null : (JSON.parse(JSON.stringify(value)) as Json)

type Mutation = (root: Json, rng: Rng, other: () => Json) => void

const atRandom =
  (change: (place: Place, rng: Rng, root: Json, other: () => Json) => void): Mutation =>
  (root, rng, other) => {
    const place = randomPlace(root, rng)
    if (place) change(place, rng, root, other)
  }

function remove({ holder, key }: Place) {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}

function insert(holder: Json[] | JsonRecord, key: number | string, value: Json, rng: Rng) {
  if (Array.isArray(holder)) holder.splice(rng.below(holder.length + 1), 0, value)
  else setOwn(holder, rng.chance(0.5) ? rng.pick(specialTexts) : `${key}_2`, value)
}

const changeType = atRandom(({ holder, key }, rng) => setOwn(holder, key, otherTypes(rng)))
const deletePlace = atRandom(remove)
const duplicate = atRandom(({ holder, key }, rng) =>
  insert(holder, key, copy(getOwn(holder, key)), rng),
)

const repeat = atRandom(({ holder, key }, rng) => {
  const item = JSON.stringify(getOwn(holder, key)) ?? 'null'
  const times = Math.min(rng.pick([10, 60, 400, 5001]), Math.ceil(100_000 / item.length))
  for (let i = 0; i < times; i++) {
    if (Array.isArray(holder)) holder.push(JSON.parse(item) as Json)
    else setOwn(holder, `${key}_${i}`, JSON.parse(item) as Json)
  }
})

const move: Mutation = (root, rng) => {
  const [from, to] = [randomPlace(root, rng), randomPlace(root, rng)]
  if (!from || !to) return
  const value = copy(getOwn(from.holder, from.key))
  remove(from)
  insert(to.holder, from.key, value, rng)
}

const rename = atRandom(({ holder, key }, rng) => {
  const value = getOwn(holder, key)
  if (Array.isArray(holder)) return setOwn(holder, key, otherTypes(rng))
  delete holder[key]
  setOwn(holder, rng.pick(specialTexts), value)
})

const nest = atRandom(({ holder, key }, rng) => {
  const levels = rng.pick([3, 20, 47, 49, 400, 3000])
  const inner = JSON.stringify(getOwn(holder, key)) ?? 'null'
  const [open, close] = rng.chance(0.5) ? ['[', ']'] : ['{"a":', '}']
  setOwn(holder, key, raw(open.repeat(levels) + inner + close.repeat(levels)))
})

const duplicateKey = atRandom(({ holder, key }, rng) => {
  if (Array.isArray(holder)) return
  const [text, value] = [JSON.stringify(String(key)), JSON.stringify(otherTypes(rng))]
  setOwn(holder, key, raw(`${JSON.stringify(getOwn(holder, key)) ?? 'null'},${text}:${value}`))
})

const isNumber = (value: Json) => typeof value === 'number'
const isText = (value: Json) => typeof value === 'string'

const change =
  (matches: (value: Json) => boolean, values: readonly Json[]): Mutation =>
  (root, rng) => {
    const places = listPlaces(root, (_, value) => matches(value))
    if (!places.length) return
    const { holder, key } = rng.pick(places)
    setOwn(holder, key, rng.pick(values))
  }

const idKeys = new Set(['id', 'link', 'origin_id', 'target_id', 'last_node_id', 'last_link_id'])
const isIdPlace = ({ key, holder, depth }: Place, value: Json) =>
  idKeys.has(String(key)) ||
  (Array.isArray(holder) && depth >= 2 && holder.length >= 5 && typeof value === 'number')

const swapIds: Mutation = (root, rng) => {
  const places = listPlaces(root, isIdPlace)
  if (places.length < 2) return
  const [a, b] = [rng.pick(places), rng.pick(places)]
  const [x, y] = [getOwn(a.holder, a.key), getOwn(b.holder, b.key)]
  setOwn(a.holder, a.key, y)
  setOwn(b.holder, b.key, x)
}

const listsOf = (root: Json, name: string): Json[][] =>
  listPlaces(root, ({ key }, value) => key === name && Array.isArray(value)).map(
    ({ holder, key }) => getOwn(holder, key) as Json[],
  )

const records = (list: readonly Json[]): JsonRecord[] =>
  list.filter((item): item is JsonRecord => isHolder(item) && !Array.isArray(item))

/** Points a wire at another node or slot: to nowhere, to its own node, or around a cycle. */
const rewire: Mutation = (root, rng) => {
  const lists = listsOf(root, 'links').filter((list) => list.some(Array.isArray))
  if (!lists.length) return
  const list = rng.pick(lists)
  const links = list.filter((item): item is Json[] => Array.isArray(item))
  const link = rng.pick(links)
  const field = rng.below(6)
  const another = rng.pick(links)
  rng.pick<() => void>([
    () => (link[3] = link[1]),
    () => void ([link[1], link[3]] = [link[3], link[1]]),
    () => (link[field] = another[field]),
    () => (link[field] = rng.pick(specialNumbers)),
    () => (link[field] = rng.pick(specialTexts)),
    () => (link[field] = 987_654),
    () => list.push(copy(link)),
    () => list.push([90_000 + rng.below(9), another[1], 0, link[1], 0, '*']),
  ])()
}

const nodeTypes = [
  'diffusion/Reroute',
  'diffusion/Sampler',
  'diffusion/TrainingStart',
  'diffusion/TrainingEnd',
  'diffusion/SamplingStart',
  'diffusion/Chart',
  'diffusion/LoadCheckpoint',
  'graph/subgraph',
  'inputs',
  'outputs',
]

/** Changes the type or mode of a node, or puts a subgraph into itself. */
const changeNode: Mutation = (root, rng) => {
  const lists = listsOf(root, 'nodes').filter((list) => records(list).length)
  if (!lists.length) return
  const list = rng.pick(lists)
  const node = rng.pick(records(list))
  const definitions = records(listsOf(root, 'subgraphs').flat())
  const id = definitions.length ? (rng.pick(definitions).id ?? null) : rng.pick(nodeTypes)
  rng.pick<() => void>([
    () => (node.mode = rng.pick([0, 1, 2, 3, 4, 4, 2])),
    () => (node.type = rng.pick(nodeTypes)),
    () => (node.type = rng.pick(records(list)).type ?? null),
    () => (node.type = id),
    () => (node.properties = copy(rng.pick(records(list)).properties ?? {})),
    () => records(list).forEach((each) => (each.mode = rng.pick([0, 2, 4]))),
    () => delete node.inputs,
    () => delete node.outputs,
  ])()
}

/** Adds the text of another file as the original of this one. */
const addForeign: Mutation = (root, rng, other) => {
  if (!isHolder(root) || Array.isArray(root)) return
  const text = rng.chance(0.7) ? JSON.stringify(other()) : rng.pick(['{', '[]', 'null', '{}', '1'])
  const format = rng.pick(['litegraph', 'litegraph 0.4', 'comfyui 0.4', 'comfyui 1', 'x'])
  const extra = isHolder(root.extra) && !Array.isArray(root.extra) ? root.extra : {}
  const about = isHolder(extra.diffusion) && !Array.isArray(extra.diffusion) ? extra.diffusion : {}
  root.extra = { ...extra, diffusion: { ...about, format: 1, foreign: { format, text } } }
}

/** Turns some of the file into another program's format. */
const changeFormat: Mutation = (root, rng) => {
  if (!isHolder(root) || Array.isArray(root)) return
  rng.pick<() => void>([
    () => (root.version = rng.pick([1, 0.4, 0, 2, 'banana', null])),
    () => (root.id = rng.pick(['a', 1, null, {}])),
    () => (root.floatingLinks = rng.pick<Json>([[], [{}], null, {}])),
    () => (root.revision = 0),
    () => (root.state = { lastNodeId: rng.pick(specialNumbers), lastLinkId: null }),
    () => (root.links = { ...(root.links as object) } as Json),
    () => (root.definitions = { subgraphs: rng.pick<Json>([[], [{}], [null], {}]) }),
  ])()
}

const crossOver: Mutation = (root, rng, other) => {
  const place = randomPlace(root, rng)
  if (!place) return
  const donor = other()
  const same = listPlaces(donor, ({ key }) => key === place.key)
  const from = same.length && rng.chance(0.8) ? rng.pick(same) : randomPlace(donor, rng)
  if (from) setOwn(place.holder, place.key, copy(getOwn(from.holder, from.key)))
}

const mutations: readonly Mutation[] = [
  changeType,
  changeType,
  deletePlace,
  duplicate,
  repeat,
  move,
  rename,
  nest,
  duplicateKey,
  change(isNumber, specialNumbers),
  change(isNumber, specialNumbers),
  change(isText, specialTexts),
  change(isText, specialTexts),
  swapIds,
  swapIds,
  rewire,
  rewire,
  rewire,
  changeNode,
  changeNode,
  changeNode,
  addForeign,
  changeFormat,
  crossOver,
  crossOver,
]

/** Mutates a value in place. `other` returns another file to take parts from. */
export function mutateJson(root: Json, rng: Rng, other: () => Json) {
  for (let count = rng.count(5); count > 0; count--) rng.pick(mutations)(root, rng, other)
}

export function printMutant(root: Json, rng: Rng): string {
  const text = JSON.stringify(root).replaceAll(
    /"\\u0001raw:((?:[^"\\]|\\.)*)"/g,
    (_, inner: string) => JSON.parse(`"${inner}"`) as string,
  )
  return rng.chance(0.06) ? mutateText(text, rng) : text
}

/** Damages the text itself: truncation, changed characters, runs of escapes and brackets. */
function mutateText(text: string, rng: Rng): string {
  const at = rng.below(text.length)
  const piece = rng.pick([
    '"',
    '\\',
    ',',
    '}',
    '[',
    'NaN',
    '-Infinity',
    '\ufeff',
    '\0',
    '"\\u',
    '\ud83d',
    '\\"'.repeat(2000),
    '['.repeat(30_000),
    '{"a":'.repeat(3000),
    '[NaN,"'.repeat(3000),
    `{${'"constructor":{},'.repeat(2000)}`,
  ])
  return rng.pick([
    () => text.slice(0, at),
    () => text.slice(0, at) + piece + text.slice(at),
    () => text.slice(0, at) + piece + text.slice(at + 1),
    () => text.slice(at),
    () => piece + text,
    () => text + piece,
  ])()
}
