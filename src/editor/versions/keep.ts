// Every save keeps a version of the workflow: the last fifty, fewer the older they are.
import type { Store } from '../library.ts'

export interface Version {
  id: string
  /** The workflow it is of. */
  of: string
  when: number
  /** The file, as it was saved. */
  text: string
  /** Given by the user; such a version stays. */
  name?: string
}

export interface Versions {
  /** The latest first. */
  list(of: string): Promise<Version[]>
  /** Of all workflows, in no order. */
  all(): Promise<Version[]>
  /** A text that is that of the latest version makes none. */
  add(of: string, text: string): Promise<void>
  /** Without a name it is one among others again. */
  name(id: string, name: string | undefined): Promise<void>
  /** Puts one there that was elsewhere; one that is there stays as it is. */
  put(version: Version): Promise<void>
  /** All of a workflow. Returns its own undo. */
  remove(of: string): Promise<() => Promise<void>>
  removeOne(id: string): Promise<void>
}

const MOST = 50
const HOUR = 3600e3
/** So many of the last are never thinned. */
const LATEST = 12

/**
 * Which fall away, of one workflow, the latest first: beyond a dozen one an hour stays, after a day one a day, after a month one
 * a week, and no more than fifty. What has a name stays, and counts for none of this.
 */
export function fallingAway(versions: readonly Version[], now: number): Version[] {
  const ages = [
    [24 * HOUR, HOUR],
    [31 * 24 * HOUR, 24 * HOUR],
    [Infinity, 7 * 24 * HOUR],
  ] as const
  const taken = new Set<string>()
  let stay = 0
  return versions
    .filter(({ name }) => name === undefined)
    .filter(({ when }, i) => {
      const [, every] = ages.find(([age]) => now - when < age)!
      const place = `${every} ${Math.floor(when / every)}`
      const stays = stay < MOST && (i < LATEST || !taken.has(place))
      taken.add(place)
      if (stays) stay++
      return !stays
    })
}

/** Ids begin with the workflow, so that those of one are found without reading all. */
export function keepVersions(store: Store, now: () => number = Date.now): Versions {
  const list = async (of: string) => {
    const ids = (await store.keys()).filter((id) => id.startsWith(`${of} `))
    const found = await Promise.all(ids.map((id) => store.get<Version>(id)))
    return found.filter((each) => each !== undefined).sort((a, b) => b.when - a.when)
  }
  return {
    list,
    all: () => store.all<Version>(),
    async add(of, text) {
      const before = await list(of)
      if (before[0]?.text === text) return
      const when = Math.max(now(), (before[0]?.when ?? 0) + 1)
      const version: Version = { id: `${of} ${when}`, of, when, text }
      await store.set(version.id, version)
      await Promise.all(fallingAway([version, ...before], when).map(({ id }) => store.del(id)))
    },
    async name(id, name) {
      const version = await store.get<Version>(id)
      if (!version) return
      const { name: _, ...rest } = version
      await store.set(id, { ...rest, ...(name !== undefined && { name }) })
    },
    async put(version) {
      if (!(await store.get(version.id))) await store.set(version.id, version)
    },
    async remove(of) {
      const gone = await list(of)
      await Promise.all(gone.map(({ id }) => store.del(id)))
      return async () => void (await Promise.all(gone.map((version) => store.set(version.id, version))))
    },
    removeOne: (id) => store.del(id),
  }
}
