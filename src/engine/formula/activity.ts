// Order of evaluation, and the branches of `if` in which each node is used.
//
// Where a branch is not taken, its derivative may be infinite, as that of sqrt(a) at 0, and
// 0 * infinity = NaN would reach the gradient. So the arguments of functions in a branch are
// replaced by harmless ones wherever the branch is not taken ("double where"). A defined name may be
// used in several branches, so the condition under which a node is used is a disjunction of paths.
import { getFunction } from './functions.ts'
import type { Call, Program } from './program.ts'

/** A branch: node `condition` is true, or false. */
export interface Branch {
  condition: number
  taken: boolean
  /** A reduction lies between: the condition has to hold for some element of the item, or of all. */
  reduced?: 'items' | 'all'
}

/** Branches that enclose one use of a node. */
export type Path = readonly Branch[]

export interface Schedule {
  /** Nodes that the result needs, arguments first, conditions as early as possible. */
  order: readonly number[]
  /** Paths of each node in `order`; undefined if it is used regardless of any condition. */
  paths: ReadonlyMap<number, readonly Path[]>
}

/** More paths, or longer ones, are not distinguished: the node is then used in more cases. */
const [MAX_PATHS, MAX_LENGTH] = [8, 16]

const schedules = new WeakMap<Program, Schedule>()

/** Returns the order of evaluation of a program, and remembers it. */
export function scheduleProgram(program: Program): Schedule {
  const known = schedules.get(program)
  if (known) return known
  const order = orderNodes(program)
  const schedule = { order, paths: findPaths(program, order) }
  schedules.set(program, schedule)
  return schedule
}

export const isSelection = (node: Program['nodes'][number]): node is Call =>
  node.kind === 'call' && node.id === 'if'

function orderNodes({ nodes, root }: Program): number[] {
  const needed = new Set<number>()
  const order = new Set<number>()
  const visit = (index: number, done: Set<number>) => {
    if (done.has(index)) return
    const node = nodes[index]
    if (node.kind === 'call') for (const arg of node.args) visit(arg, done)
    done.add(index)
  }
  visit(root, needed)
  for (const index of [...needed].sort((a, b) => a - b)) {
    const node = nodes[index]
    if (isSelection(node)) visit(node.args[0], order)
  }
  visit(root, order)
  return [...order]
}

function findPaths(
  { nodes, root }: Program,
  order: readonly number[],
): ReadonlyMap<number, readonly Path[]> {
  const positions = new Map(order.map((index, position) => [index, position]))
  const position = (index: number) => positions.get(index) ?? Infinity
  const found = new Map<number, readonly Path[]>([[root, [[]]]])
  for (const index of order.toReversed()) {
    const node = nodes[index]
    if (node.kind !== 'call') continue
    for (const [i, arg] of node.args.entries()) {
      const extended = (found.get(index) ?? []).map((path) =>
        extendPath(path, node, i).filter(({ condition }) => position(condition) < position(arg)),
      )
      found.set(arg, joinPaths([...(found.get(arg) ?? []), ...extended]))
    }
  }
  // A node with an empty path is always used.
  return new Map([...found].filter(([, paths]) => paths.every(({ length }) => length > 0)))
}

/** The path of argument `i` of a node with this path. */
function extendPath(path: Path, node: Call, i: number): Branch[] {
  const { kinds } = getFunction(node.id)
  const reduced = kinds === 'all' || kinds === 'items' ? kinds : undefined
  const own = path.map((branch): Branch => {
    const outer = branch.reduced === 'all' ? 'all' : (reduced ?? branch.reduced)
    return { ...branch, ...(outer && { reduced: outer }) }
  })
  if (!isSelection(node) || i === 0) return own
  return [...own, { condition: node.args[0], taken: i === 1 }].slice(-MAX_LENGTH)
}

/** Removes paths that another one includes. */
function joinPaths(paths: readonly Path[]): readonly Path[] {
  const kept: Path[] = []
  for (const path of [...paths].sort((a, b) => a.length - b.length))
    if (!kept.some((other) => other.every((branch) => path.some((each) => isSame(each, branch)))))
      kept.push(path)
  return kept.length > MAX_PATHS ? [[]] : kept
}

const isSame = (a: Branch, b: Branch) =>
  a.condition === b.condition && a.taken === b.taken && a.reduced === b.reduced
