// Locks on open workflows, by which windows know of each other.

export const lockName = (id: string) => `litegraph-diffusion ${id}`

/** Returns the names of the locks that all windows hold. */
export async function heldLocks(): Promise<ReadonlySet<string | undefined>> {
  const { held = [] } = (await navigator.locks?.query().catch(() => undefined)) ?? {}
  return new Set(held.map(({ name }) => name))
}

/** Returns true if a window has the workflow open. */
export const isOpenSomewhere = async (id: string): Promise<boolean> =>
  (await heldLocks()).has(lockName(id))
