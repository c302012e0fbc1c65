// Modules in a row, each of which reads the one before it: nn.Sequential, called as one module.
import { numberName } from '../../program/programNames.ts'
import type { Body } from './bodies.ts'
import { NOTHING, type Create, type Row } from './create.ts'
import { isRowName } from './moduleNames.ts'
import { marksIn, moduleMark, valueMark, type Term, type Unnamed } from './terms.ts'

export interface Rows {
  terms: readonly Term[]
  /** Creation of the modules, by their names. */
  creates: ReadonlyMap<string, Create>
}

/**
 * Joins the modules inside another, such as `ff.net.0` and `ff.net.2`, if they form a row, with the
 * layers without weights between them.
 * @param output position of the result
 * @param depth number of repeated parts that a value is in: their modules stay apart
 */
export function joinRows(
  terms: readonly Term[],
  creates: ReadonlyMap<string, Create>,
  output: number,
  depth: (value: number) => number,
): Rows {
  let joined: Rows = { terms, creates }
  const groups = new Set([...creates.keys()].flatMap(groupsAround))
  for (const group of [...groups].sort((a, b) => partsOf(b) - partsOf(a)))
    joined = joinGroup(joined, group, output, depth) ?? joined
  return splitSingle(joined, groups)
}

/** The row that a body is, if it only calls modules from its input to its result. */
export function rowOf({ terms, creates }: Rows, { inputs, output }: Body): Row | undefined {
  const row = new RowBuilder()
  let [value] = inputs
  for (const { reads, path, module, ...term } of terms) {
    const create = path === undefined ? undefined : creates.get(path)
    const isNext = `${reads}` === `${value}`
    const isAdded = create
      ? isPlainCall({ ...term, reads, path }) && isRowName(path!) && row.add(path!, create)
      : module && row.addUnnamed(module)
    if (!isNext || !isAdded) return undefined
    value = term.value
  }
  return inputs.length === 1 && creates.size > 0 && value === output
    ? { row: row.entries }
    : undefined
}

/** The names around a name: `a.b` and `a` around `a.b.c`. */
function groupsAround(path: string): string[] {
  const names = path.split('.').slice(0, -1)
  return names.map((_, i) => names.slice(0, i + 1).join('.'))
}

const partsOf = (path: string) => path.split('.').length
const isIndex = (name: string) => /^\d+$/.test(name)
const countIndices = (path: string) => path.split('.').filter(isIndex).length

function joinGroup(
  { terms, creates }: Rows,
  group: string,
  output: number,
  depth: (value: number) => number,
): Rows | undefined {
  const inside = ({ path }: Term) => path?.startsWith(`${group}.`)
  const members = terms.filter(inside)
  const names = members.map(({ path }) => path!.slice(group.length + 1))
  const paths = [...creates.keys()].filter((path) => path.startsWith(`${group}.`))
  if (members.length === 0 || paths.length !== members.length || creates.has(group))
    return undefined
  if (!names.every((name) => creates.has(`${group}.${name}`) && isRowName(name))) return undefined
  if (members.some(({ value }) => depth(value) > countIndices(group))) return undefined
  const between = findBetween(terms, members, output)
  const row = between && createRow(names, paths, creates, between)
  if (!row) return undefined
  const first = members[0]
  const last = members.at(-1)!
  const gone = new Set([...members, ...between.flat()])
  const [input] = first.reads
  const term: Term = {
    value: last.value,
    reads: [input],
    text: `${moduleMark(group)}(${valueMark(input)})`,
    isLast: false,
    path: group,
  }
  return {
    terms: terms.flatMap((each) => (each === last ? term : gone.has(each) ? [] : each)),
    creates: new Map(
      [...creates].flatMap(([path, create]): [string, Create][] => {
        if (path === paths[0]) return [[group, row]]
        return paths.includes(path) ? [] : [[path, create]]
      }),
    ),
  }
}

/** The terms between each member and the next; undefined unless all form a row. */
function findBetween(
  terms: readonly Term[],
  members: readonly Term[],
  output: number,
): Term[][] | undefined {
  if (!members.every(isPlainCall)) return undefined
  const between: Term[][] = []
  for (const [i, member] of members.slice(0, -1).entries()) {
    const found: Term[] = []
    let value = member.value
    for (;;) {
      const readers = terms.filter(({ reads }) => reads.includes(value))
      if (readers.length !== 1 || value === output) return undefined
      if (readers[0] === members[i + 1]) break
      if (readers[0].module === undefined || readers[0].reads.length !== 1) return undefined
      found.push(readers[0])
      value = readers[0].value
    }
    between.push(found)
  }
  return between
}

const isPlainCall = ({ path, reads, text }: Term): boolean =>
  path !== undefined &&
  reads.length === 1 &&
  text === `${moduleMark(path)}(${valueMark(reads[0])})` &&
  marksIn(text).length === 1

function createRow(
  names: readonly string[],
  paths: readonly string[],
  creates: ReadonlyMap<string, Create>,
  between: readonly Term[][],
): Row | undefined {
  const group = paths[0].slice(0, paths[0].lastIndexOf('.'))
  const row = new RowBuilder()
  for (const [i, name] of names.entries()) {
    if (!row.add(name, creates.get(`${group}.${name}`)!)) return undefined
    for (const { module } of between[i] ?? [])
      if (!row.addUnnamed(module!, names[i + 1])) return undefined
  }
  return { row: row.entries }
}

class RowBuilder {
  readonly entries: [string, Create][] = []

  /** Adds a module, after modules that do nothing if its number demands it. */
  add(name: string, create: Create): boolean {
    if (isIndex(name)) {
      if (Number(name) < this.entries.length) return false
      while (this.entries.length < Number(name))
        this.entries.push([String(this.entries.length), NOTHING])
    }
    this.entries.push([name, create])
    return true
  }

  /** Adds a module without weights before `next`. Numbers have a gap for it, or it joins the last. */
  addUnnamed({ name: wanted, code }: Unnamed, next = ''): boolean {
    const place = this.entries.length
    if (!isIndex(next)) this.entries.push([freeName(this.entries, wanted), { code }])
    else if (place < Number(next)) this.entries.push([String(place), { code }])
    else {
      const [name, last] = this.entries[place - 1]
      if (!('row' in last) || isIndex(last.row[0][0])) return false
      const row: Row['row'] = [...last.row, [freeName(last.row, wanted), { code }]]
      this.entries[place - 1] = [name, { row }]
    }
    return true
  }
}

function freeName(entries: Row['row'], wanted: string): string {
  const names = new Set(entries.map(([name]) => name))
  return numberName(wanted, (name) => !names.has(name))
}

/** A list of one block stays a list, unless it is in a row itself. */
function splitSingle({ terms, creates }: Rows, groups: ReadonlySet<string>): Rows {
  const single = new Map<string, string>()
  for (const group of groups) {
    const create = creates.get(group)
    if (!create || !('row' in create) || create.row.length > 1) continue
    const [[name, only]] = create.row
    if (isIndex(name) && 'block' in only) single.set(group, name)
  }
  return {
    terms: terms.map((term) => {
      const name = term.path === undefined ? undefined : single.get(term.path)
      if (name === undefined) return term
      const path = `${term.path}.${name}`
      return { ...term, path, text: `${moduleMark(path)}(${valueMark(term.reads[0])})` }
    }),
    creates: new Map(
      [...creates].map(([path, create]) => {
        const name = single.get(path)
        return name === undefined ? [path, create] : [`${path}.${name}`, (create as Row).row[0][1]]
      }),
    ),
  }
}
