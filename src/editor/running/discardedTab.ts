// Training of a tab that the browser discards to free memory: noted in the tab's session storage,
// so that it continues when the browser loads the tab again.

const NAME = 'litegraph-diffusion-training'

/** Notes the graph that trains in this tab, by its key; undefined once it has ended. */
export function noteTraining(key: string | undefined) {
  try {
    if (key === undefined) sessionStorage.removeItem(NAME)
    else sessionStorage.setItem(NAME, key)
  } catch {
    // Storage is forbidden here.
  }
}

/**
 * Returns the key of the graph that trained when the browser discarded this tab. Undefined after
 * any other load: a user who reloads or closes a page may want the training to end.
 */
export function takeDiscardedTraining(): string | undefined {
  try {
    const key = sessionStorage.getItem(NAME) ?? undefined
    sessionStorage.removeItem(NAME)
    const { wasDiscarded } = document as { wasDiscarded?: boolean }
    return wasDiscarded ? key : undefined
  } catch {
    return undefined
  }
}
