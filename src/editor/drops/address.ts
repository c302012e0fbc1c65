// What the address of the page asks for: `?workflow=`, `&set=`, `?embed`, `?bench` and the like.

/** Parts of the editor that `hide` can leave out. */
export const hideableParts = [
  'bar',
  'tabs',
  'panel',
  'status',
  'minimap',
  'charts',
  'notes',
] as const
export type HideablePart = (typeof hideableParts)[number]

export interface Address {
  /** Id of a ready workflow, or the address of a workflow file. */
  readonly workflow: string | undefined
  /** Values of params by `Node.param`, as texts: `set=Node.param:value`, any number of times. */
  readonly set: Readonly<Record<string, string>>
  /** Shows the page of measurements instead of the editor. */
  readonly bench: boolean
  /** Shows a figure for another page. */
  readonly embed: boolean
  /** Nothing can be changed but the chosen params. */
  readonly read: boolean
  /** Shows the chosen params and views as a plain page. */
  readonly app: boolean
  readonly hide: ReadonlySet<HideablePart>
  /** Title or id of the loop that is shown alone. */
  readonly zone: string | undefined
  /** Id of a lesson. */
  readonly lesson: string | undefined
  /** Parts of the address that cannot be read, as they are written there. */
  readonly unreadable: readonly string[]
}

const isHideable = (name: string): name is HideablePart =>
  hideableParts.some((part) => part === name)

/**
 * Position of the colon between a param and its value: the first one after a param. Ids of nodes in
 * subgraphs, such as 5:3, contain colons too.
 */
function settingColon(setting: string): number {
  const [param] = /^[^]*?\.\w+(?=:)/.exec(setting) ?? []
  return param === undefined ? setting.indexOf(':') : param.length
}

/** Reads the query of an address, such as `?workflow=points&set=Data.noise:0.1`. */
export function readAddress(search: string): Address {
  const query = new URLSearchParams(search)
  const text = (name: string) => query.get(name)?.trim() || undefined
  const unreadable: string[] = []
  const set: [string, string][] = []
  for (const setting of query.getAll('set')) {
    const colon = settingColon(setting)
    if (colon < 1) unreadable.push(`set=${setting}`)
    else set.push([setting.slice(0, colon).trim(), setting.slice(colon + 1).trim()])
  }
  const hide = new Set<HideablePart>()
  for (const name of (text('hide') ?? '').split(',').map((part) => part.trim())) {
    if (isHideable(name)) hide.add(name)
    else if (name) unreadable.push(`hide=${name}`)
  }
  return {
    workflow: text('workflow'),
    // Names come from the address: an object without inherited names.
    set: Object.assign(Object.create(null), Object.fromEntries(set)),
    bench: query.has('bench'),
    embed: query.has('embed'),
    read: query.has('read'),
    app: query.has('app'),
    hide,
    zone: text('zone'),
    lesson: text('lesson'),
    unreadable,
  }
}
