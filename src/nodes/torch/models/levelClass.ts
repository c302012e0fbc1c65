// The class of groups of lists of modules, such as the levels of a UNet.
import { NOTHING } from './loops.ts'
import { isList, isRowName, type Branch } from './moduleTree.ts'
import type { Parts } from './parts.ts'
import { printCode, python } from './python.ts'

/** True for a container that holds lists only. */
export const isLevel = ({ create, children }: Branch): boolean =>
  create === undefined &&
  children.size > 0 &&
  [...children].every(([name, child]) => isList(child) && isRowName(name))

interface List {
  list: string
  /** Stands for the list where it is left out; undefined if no level leaves it out. */
  without: 'nothing' | 'empty' | undefined
}

export class LevelClass {
  private readonly lists: readonly List[]

  /** `loops`: names of the lists that loops run over, in their order. */
  constructor(root: Branch, loops: ReadonlySet<string>) {
    const levels = levelsIn(root)
    const order = [...loops].map((list) => list.split('.').at(-1)!)
    const names = new Set(levels.flatMap(({ children }) => [...children.keys()]))
    const lists = [...names].toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
    const described = lists.map((list) => describeList(list, levels))
    // Lists that all levels have come first.
    this.lists = described.toSorted((a, b) => rank(a) - rank(b))
  }

  /** Adds the class, and returns its name and its arguments. */
  define(parts: Parts): { name: string; lists: readonly List[] } {
    const { lists } = this
    const hasNothing = lists.some(({ without }) => without === 'nothing')
    const name = parts.define(
      'Level',
      () => python`
        class Level(nn.Module):
            """Modules of one resolution, in lists."""

            ${printCode({ head: 'def __init__(', items: ['self', ...lists.map(writeArgument)], tail: '):' }, 4)}
                super().__init__()
                ${hasNothing && `none = [${NOTHING} for _ in ${lists[0].list}]`}
                ${lists.map(writeList)}
      `,
    )
    return { name, lists }
  }
}

const writeList = ({ list, without }: List): string =>
  `self.${list} = nn.ModuleList(${list}${without === 'nothing' ? ' or none' : ''})`

const levelsIn = (branch: Branch): Branch[] =>
  isLevel(branch) ? [branch] : [...branch.children.values()].flatMap(levelsIn)

function describeList(list: string, levels: readonly Branch[]): List {
  const found = levels.map(({ children }) => [...(children.get(list)?.children.values() ?? [])])
  const isNothing = found.some(
    (items) => items.length > 0 && items.every(({ create }) => create === NOTHING),
  )
  if (isNothing) return { list, without: 'nothing' }
  return { list, without: found.some((items) => items.length === 0) ? 'empty' : undefined }
}

const rank = ({ without }: List) => (without === undefined ? 0 : without === 'nothing' ? 1 : 2)

const writeArgument = ({ list, without }: List): string =>
  without === undefined ? list : `${list}=${without === 'nothing' ? 'None' : '()'}`
