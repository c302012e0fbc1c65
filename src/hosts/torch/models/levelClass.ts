// The class of groups of lists of modules, such as the levels of a UNet.
import { isList, isRowName, type Branch } from './moduleNames.ts'
import type { Parts } from './parts.ts'
import { breakMethodLine, printCode, python } from './python.ts'
import { NOTHING } from './create.ts'

/** True for a container that holds lists only. */
export const isLevel = ({ create, children }: Branch): boolean =>
  create === undefined &&
  children.size > 0 &&
  [...children].every(([name, child]) => isList(child) && isRowName(name))

/** A list as an argument of the class. */
interface List {
  list: string
  argument: string
  value: string
}

/**
 * Adds the class of the levels in a tree. Returns its name, and the names of its arguments.
 * `loops`: names of the lists that loops run over, in their order.
 */
export function defineLevel(
  parts: Parts,
  root: Branch,
  loops: ReadonlySet<string>,
): { name: string; names: readonly string[] } {
  const levels = levelsIn(root)
  const order = [...loops].map((list) => list.split('.').at(-1)!)
  const all = new Set(levels.flatMap(({ children }) => [...children.keys()]))
  const inOrder = [...all].toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
  const described = inOrder.map((list) => describeList(list, levels, inOrder[0]))
  // Lists that all levels have come first.
  const isOptional = ({ list, argument }: List) => Number(list !== argument)
  const lists = described.toSorted((a, b) => isOptional(a) - isOptional(b))
  const items = ['self', ...lists.map(({ argument }) => argument)]
  const name = parts.define(
    'Level',
    () => python`
      class Level(nn.Module):
          """Modules of one resolution, in lists."""

          ${printCode({ head: 'def __init__(', items, tail: '):' }, 4)}
              super().__init__()
              ${lists.flatMap(({ list, value }) => breakMethodLine(`self.${list} = nn.ModuleList(${value})`))}
    `,
  )
  return { name, names: lists.map(({ list }) => list) }
}

const levelsIn = (branch: Branch): Branch[] =>
  isLevel(branch) ? [branch] : [...branch.children.values()].flatMap(levelsIn)

/** A list whose modules do nothing, or that is empty, may be left out. `first`: a list of all. */
function describeList(list: string, levels: readonly Branch[], first: string): List {
  const found = levels.map(({ children }) => [...(children.get(list)?.children.values() ?? [])])
  const isLeftOut = found.some((items) => items.every(({ create }) => create === NOTHING))
  const doesNothing = found.some((items) => items.some(({ create }) => create === NOTHING))
  return {
    list,
    argument: isLeftOut ? `${list}=()` : list,
    value: doesNothing ? `${list} or [${NOTHING.code} for _ in ${first}]` : list,
  }
}
