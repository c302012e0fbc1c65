// Branches of `if` in which the nodes of a formula are used.
//
// The derivative of a branch that is not taken may be infinite (sqrt(a) at 0), and 0 * infinity = NaN
// would reach the gradient. There, the arguments of its functions are replaced by harmless ones
// ("double where"). A defined name may be used in several branches: then a node is used where any of
// several paths of branches is taken.
//
// Uses without gradient, as in a comparison, need the value everywhere. A node that has uses of both
// kinds is evaluated twice: guarded, and plain. Conditions are plain, so that neither waits for the
// other.
import { getFunction } from './functions.ts'
import type { Call, FormulaNode, Program } from './program.ts'

/** A branch: node `condition` is true, or false. */
export interface Branch {
  condition: number
  taken: boolean
  /** A reduction lies between: the condition has to hold for some element of the item, or of all. */
  reduced?: 'items' | 'all'
}

/** Branches that enclose one use of a node. */
export type Path = readonly Branch[]

export interface Activity {
  /** Paths of nodes that are used in branches only. */
  paths: ReadonlyMap<number, readonly Path[]>
  /** Nodes that depend on a node with paths. All others have the same guarded and plain value. */
  guarded: ReadonlySet<number>
  /** Nodes that are evaluated whatever the conditions are. */
  always: ReadonlySet<number>
}

/** More paths, or longer ones, are not distinguished: the node is then guarded in fewer cases. */
const [MAX_PATHS, MAX_LENGTH] = [8, 16]

const activities = new WeakMap<Program, Activity>()

/** Returns where the nodes of a program are used, and remembers it. */
export function findActivity(program: Program): Activity {
  const known = activities.get(program)
  if (known) return known
  const paths = findPaths(program)
  const guarded = new Set<number>()
  for (const [index, node] of program.nodes.entries())
    if (paths.has(index) || (node.kind === 'call' && node.args.some((arg) => guarded.has(arg))))
      guarded.add(index)
  const activity = { paths, guarded, always: findAlwaysUsed(program) }
  activities.set(program, activity)
  return activity
}

/** True if the gradient of argument `i` of a node is used. */
export const carriesGradient = (node: Call, i: number): boolean => {
  const called = getFunction(node.id)
  if (called.kinds === 'schedule') return false
  return !(called.kinds === 'elementwise' && called.constant) && !(isSelection(node) && i === 0)
}

function findAlwaysUsed({ nodes, root }: Program): ReadonlySet<number> {
  const always = new Set([root])
  for (let index = root; index >= 0; index--) {
    const node = nodes[index]
    if (node.kind !== 'call' || !always.has(index)) continue
    for (const arg of isSelection(node) ? node.args.slice(0, 1) : node.args) always.add(arg)
  }
  return always
}

const isSelection = (node: FormulaNode) => node.kind === 'call' && node.id === 'if'

function findPaths({ nodes, root }: Program): ReadonlyMap<number, readonly Path[]> {
  const found = new Map<number, readonly Path[]>([[root, [[]]]])
  // Arguments precede the nodes that use them.
  for (let index = root; index >= 0; index--) {
    const node = nodes[index]
    const paths = found.get(index)
    if (node.kind !== 'call' || !paths) continue
    for (const [i, arg] of node.args.entries()) {
      if (!carriesGradient(node, i)) continue
      const extended = paths.map((path) => extendPath(path, node, i))
      found.set(arg, joinPaths([...(found.get(arg) ?? []), ...extended]))
    }
  }
  // A node with an empty path is always used.
  return new Map([...found].filter(([, paths]) => paths.every(({ length }) => length > 0)))
}

/** The path of argument `i` of a node with this path. */
function extendPath(path: Path, node: Call, i: number): Path {
  const { kinds } = getFunction(node.id)
  const reduced = kinds === 'all' || kinds === 'items' ? kinds : undefined
  const own = path.map((branch): Branch => {
    const outer = branch.reduced === 'all' ? 'all' : (reduced ?? branch.reduced)
    return { ...branch, ...(outer && { reduced: outer }) }
  })
  if (!isSelection(node)) return own
  return [...own, { condition: node.args[0], taken: i === 1 }].slice(-MAX_LENGTH)
}

/** Removes paths that another one includes. */
function joinPaths(paths: readonly Path[]): readonly Path[] {
  const kept: Path[] = []
  for (const path of [...paths].sort((a, b) => a.length - b.length))
    if (
      !kept.some((other) =>
        other.every((branch) => path.some((each) => isSameActivity(each, branch))),
      )
    )
      kept.push(path)
  return kept.length > MAX_PATHS ? [[]] : kept
}

const isSameActivity = (a: Branch, b: Branch) =>
  a.condition === b.condition && a.taken === b.taken && a.reduced === b.reduced
