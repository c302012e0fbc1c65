// Loops over modules with numbered names, in place of lines that repeat.
//
// Parts in a row become one loop if their lines are equal up to the numbers. Parts may lack lines: a
// module that is missing does nothing (nn.Identity), and lists may be empty.
import type { Repeat } from '../../../engine/models/graph/layer.ts'
import { NOTHING, type Create } from './create.ts'
import { MODULE_MARKS, moduleMark } from './terms.ts'

/** A line of a method, with marks of modules. */
export interface Line {
  text: string
  /** Repeated parts that it is in, the outer ones first. */
  repeats: readonly Repeat[]
}

export interface Loops {
  /** Lines with marks; those of loops have names of variables and of modules inside them. */
  lines: readonly string[]
  /** Creation of the modules, by their names, with those that do nothing. */
  creates: ReadonlyMap<string, Create>
  /** Lists that may be empty. */
  lists: ReadonlySet<string>
}

/** A line, or parts in a row. */
type Node = { text: string } | { item: string; parts: readonly Node[][] }

/** Writes lines with loops where parts are equal. */
export function writeLoops(lines: readonly Line[], creates: ReadonlyMap<string, Create>): Loops {
  const writer = new LoopWriter(creates)
  const written = joinCalls(writer.write(toNodes(lines, 0)))
  return { lines: written, creates: writer.creates, lists: writer.lists }
}

/** Groups lines by the repeated parts at a depth. */
function toNodes(lines: readonly Line[], depth: number): Node[] {
  const nodes: Node[] = []
  for (let i = 0; i < lines.length;) {
    const repeat = lines[i].repeats[depth]
    if (!repeat) {
      nodes.push({ text: lines[i++].text })
      continue
    }
    const parts: Node[][] = []
    for (let next: Repeat | undefined = repeat; next?.item === repeat.item;) {
      const from = i
      while (i < lines.length && lines[i].repeats[depth] === next) i++
      parts.push(toNodes(lines.slice(from, i), depth + 1))
      next = startsLoop(lines.slice(i), depth) ? undefined : lines[i]?.repeats[depth]
    }
    nodes.push({ item: repeat.item, parts })
  }
  return nodes
}

/** True if the next module with a number is the first of a list. */
function startsLoop(lines: readonly Line[], depth: number): boolean {
  const paths = lines.flatMap(({ text }) =>
    [...text.matchAll(MODULE_MARKS)].map(([, path]) => path),
  )
  const numbers = paths.map((path) => path.split('.').filter((name) => /^\d+$/.test(name)))
  return numbers.find((all) => all.length > depth)?.[depth] === '0'
}

/** A part of a loop, or of loops inside each other, by its numbers. */
interface Place {
  nodes: readonly Node[]
  numbers: readonly number[]
}

/** A line of all parts, or a loop inside them. */
type Merged = { text: string } | { item: string; nodes: readonly Merged[] }

class LoopWriter {
  creates: ReadonlyMap<string, Create>
  readonly lists = new Set<string>()

  constructor(creates: ReadonlyMap<string, Create>) {
    this.creates = creates
  }

  write(nodes: readonly Node[]): string[] {
    return nodes.flatMap((node) => {
      if ('text' in node) return [node.text]
      const merger = new Merger(this.creates)
      const places = node.parts.map((nodes, i) => ({ nodes, numbers: [i] }))
      const merged = merger.merge(places)
      const loop = merged && merger.isComplete(merged, places) && writeLoop(node.item, merged, 0)
      if (!loop) return this.write(node.parts.flat())
      this.creates = merger.creates
      for (const list of merger.lists) this.lists.add(list)
      return loop
    })
  }
}

/** A name with a star in place of the number of each loop around it. */
function general(path: string, numbers: readonly number[]): string | undefined {
  let depth = 0
  let isSame = true
  const names = path.split('.').map((name) => {
    if (!/^\d+$/.test(name) || depth >= numbers.length) return name
    isSame &&= Number(name) === numbers[depth]
    return `*${depth++}`
  })
  return isSame ? names.join('.') : undefined
}

const concrete = (path: string, numbers: readonly number[]): string =>
  path.replaceAll(/\*(\d+)/g, (_, depth) => String(numbers[Number(depth)]))

class Merger {
  readonly creates: Map<string, Create>
  /** Lists of modules that loops run over. */
  readonly lists = new Set<string>()

  constructor(creates: ReadonlyMap<string, Create>) {
    this.creates = new Map(creates)
  }

  /** The nodes that stand for those of all places; undefined if there are none. */
  merge(places: readonly Place[]): Merged[] | undefined {
    const keyed = places.map(({ nodes, numbers }) => nodes.map((node) => keyOf(node, numbers)))
    const keys = keyed.reduce<readonly string[]>(mergeKeys, [])
    if (keyed.some((own) => new Set(own).size < own.length || !isInOrder(own, keys)))
      return undefined
    const merged: Merged[] = []
    for (const key of keys) {
      const found = places.map(({ nodes }, i) => nodes[keyed[i].indexOf(key)])
      const node = this.mergeNodes(found, places)
      if (!node) return undefined
      merged.push(node)
    }
    return areApart(merged, places[0].numbers.length) ? merged : undefined
  }

  private mergeNodes(
    found: readonly (Node | undefined)[],
    places: readonly Place[],
  ): Merged | undefined {
    const first = found.find((node) => node !== undefined)!
    if ('text' in first)
      return this.mergeLines(
        found.map((node) => (node as { text: string } | undefined)?.text),
        places,
      )
    const inner = found.flatMap((node, i) =>
      node && 'parts' in node
        ? node.parts.map((nodes, k) => ({ nodes, numbers: [...places[i].numbers, k] }))
        : [],
    )
    const nodes = this.merge(inner)
    if (!nodes || !this.isComplete(nodes, inner)) return undefined
    const lists = listsOf(nodes, places[0].numbers.length)
    for (const { numbers } of places)
      for (const list of lists) this.lists.add(concrete(list, numbers))
    return { item: first.item, nodes }
  }

  /** One line for all places: modules that are missing do nothing, and calls may differ by class. */
  private mergeLines(
    texts: readonly (string | undefined)[],
    places: readonly Place[],
  ): Merged | undefined {
    const general = texts.map((text, i) => text && generalText(text, places[i].numbers))
    if (general.some((text, i) => text === undefined && texts[i] !== undefined)) return undefined
    const different = [...new Set(general)].filter((text) => text !== undefined)
    if (different.length === 1 && !general.includes(undefined)) return { text: different[0] }
    const calls = different.map(parseCall)
    if (calls.some((call) => call === undefined)) return undefined
    const classes = new Map<string, Set<string>>()
    const add = (args: string, name: string) =>
      classes.set(args, (classes.get(args) ?? new Set()).add(name))
    const [{ target, path }] = calls as Call[]
    for (const [i, text] of general.entries()) {
      const { args } = text === undefined ? { args: target } : parseCall(text)!
      const name = concrete(path, places[i].numbers)
      if (text === undefined) this.creates.set(name, NOTHING)
      add(args, classOf(this.creates.get(name)))
    }
    const text = writeCall(target, path, classes)
    return text === undefined ? undefined : { text }
  }

  /** True if a loop over the parts runs over all modules of its lists. */
  isComplete(nodes: readonly Merged[], places: readonly Place[]): boolean {
    const depth = places[0].numbers.length - 1
    const lists = listsOf(nodes, depth)
    const counts = new Map<string, number>()
    for (const { numbers } of places)
      for (const list of lists) {
        const name = concrete(list, numbers)
        counts.set(name, (counts.get(name) ?? 0) + 1)
      }
    for (const [list, count] of counts) {
      const inside = [...this.creates.keys()].filter((path) => path.startsWith(`${list}.`))
      const names = new Set(inside.map((path) => path.slice(list.length + 1).split('.')[0]))
      if (names.size !== count) return false
      this.lists.add(list)
    }
    return lists.length > 0
  }
}

const keyOf = (node: Node, numbers: readonly number[]): string => {
  if ('parts' in node) return `for ${firstList(node, numbers) ?? node.item}`
  const text = generalText(node.text, numbers) ?? node.text
  const call = parseCall(text)
  return call ? `${call.target} = ${call.path}` : text
}

/** The list of the first module with a further number: one loop runs over all of its modules. */
function firstList(node: Node, numbers: readonly number[]): string | undefined {
  const paths = textsOf(node).flatMap((text) => [...text.matchAll(MODULE_MARKS)])
  const lists = paths.map(
    ([, path]) => /^(.*?)\.\d+(?:\.|$)/.exec(general(path, numbers) ?? '')?.[1],
  )
  return lists.find((list) => list !== undefined)
}

const textsOf = (node: Node): string[] =>
  'text' in node ? [node.text] : node.parts.flat().flatMap(textsOf)

/** A text with names that have no numbers of the loops; undefined for other numbers. */
function generalText(text: string, numbers: readonly number[]): string | undefined {
  let isSame = true
  const written = text.replaceAll(MODULE_MARKS, (_, path) => {
    const name = general(path, numbers)
    isSame &&= name !== undefined
    return moduleMark(name ?? path)
  })
  return isSame ? written : undefined
}

/** Keys of both lists, in an order that both have. */
function mergeKeys(a: readonly string[], b: readonly string[]): string[] {
  const merged: string[] = []
  let k = 0
  for (const key of a) {
    const found = b.indexOf(key, k)
    if (found >= 0) {
      merged.push(...b.slice(k, found))
      k = found + 1
    }
    merged.push(key)
  }
  return [...merged, ...b.slice(k)]
}

const isInOrder = (own: readonly string[], keys: readonly string[]): boolean =>
  own.every((key, i) => i === 0 || keys.indexOf(own[i - 1]) < keys.indexOf(key))

interface Call {
  target: string
  path: string
  args: string
}

/** The parts of `x = module(x, emb)`. */
function parseCall(text: string): Call | undefined {
  const [, target, path, args] = /^(\w+) = ‹([^›]*)›\((.*)\)$/.exec(text) ?? []
  const isOwn = target !== undefined && (args === target || args.startsWith(`${target}, `))
  return isOwn || args?.startsWith('torch.cat(') ? { target, path, args } : undefined
}

/** The class of a module, if code may test for it. */
function classOf(create: Create | undefined): string {
  if (create === NOTHING) return 'nn.Identity'
  return create && 'block' in create ? create.block : ''
}

/** A call whose arguments depend on the class of the module. */
function writeCall(
  target: string,
  path: string,
  classes: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined {
  const call = (args: string) => `${moduleMark(path)}(${args})`
  // More arguments first.
  const [first, second, more] = [...classes].sort(([a], [b]) => b.length - a.length)
  if (!second) return `${target} = ${call(first[0])}`
  const [alone, other] = first[1].size === 1 ? [first, second] : [second, first]
  const [name] = alone[1]
  if (more || name === '' || alone[1].size > 1 || other[1].has(name)) return undefined
  return `${target} = ${call(alone[0])} if isinstance(${moduleMark(path)}, ${name}) else ${call(other[0])}`
}

/** Lists that a loop at a depth runs over: names before its number. */
function listsOf(nodes: readonly Merged[], depth: number): string[] {
  const texts = nodes.flatMap(function all(node): string[] {
    return 'text' in node ? [node.text] : node.nodes.flatMap(all)
  })
  const paths = texts.flatMap((text) => [...text.matchAll(MODULE_MARKS)].map(([, path]) => path))
  const lists = paths.flatMap((path) => {
    const end = path.indexOf(`.*${depth}`)
    return end < 0 ? [] : [path.slice(0, end)]
  })
  return [...new Set(lists)]
}

/** True if no two loops at a depth run over the same list. */
function areApart(nodes: readonly Merged[], depth: number): boolean {
  const lists = nodes.flatMap((node) => ('text' in node ? [] : listsOf(node.nodes, depth)))
  return new Set(lists).size === lists.length
}

/** The lines of a loop. */
function writeLoop(item: string, nodes: readonly Merged[], depth: number): string[] {
  const lists = listsOf(nodes, depth)
  const variables = new Map(lists.map((list) => [list, lists.length === 1 ? item : singular(list)]))
  const body = nodes.flatMap((node) =>
    'text' in node ? [node.text] : writeLoop(node.item, node.nodes, depth + 1),
  )
  const inside = body.map((text) =>
    text.replaceAll(MODULE_MARKS, (mark, path) => {
      const list = lists.find((each) => `${path}.`.startsWith(`${each}.*${depth}.`))
      if (list === undefined) return mark
      return moduleMark(
        `${variables.get(list)!}:${path.slice(list.length + 1 + `*${depth}`.length)}`,
      )
    }),
  )
  const marks = lists.map(moduleMark).join(', ')
  const names = [...variables.values()].join(', ')
  const over = lists.length === 1 ? marks : `zip(${marks})`
  return [`for ${names} in ${over}:`, ...inside.map((line) => `    ${line}`)]
}

/** Joins `x = resnet(x, emb)` and `x = attention(x)` to one line, if it is short. */
function joinCalls(lines: readonly string[]): string[] {
  return lines.reduce<string[]>((joined, line) => {
    const [, head, target, tail] = ITEM_CALL.exec(line) ?? []
    const [, assigned, inner] = ITEM_VALUE.exec(joined.at(-1) ?? '') ?? []
    const text = `${head}${inner}${tail}`
    const isJoined = assigned !== undefined && assigned === target && text.length <= 80
    return isJoined ? [...joined.slice(0, -1), text] : [...joined, line]
  }, [])
}

/** Calls of modules of lists; the first reads what it assigns. */
const ITEM_CALL = /^( *(\w+) = ‹(?:\w+:|[^›]*\.\d+)›\()\2((?:, \w+)*\))$/
const ITEM_VALUE = /^ *(\w+) = (‹(?:\w+:|[^›]*\.\d+)›\([^‹]*\))$/

/** The name of one of several: attention of attentions. */
const singular = (list: string): string => list.split('.').at(-1)!.replace(/s$/, '')
