// What waits until things are still.

export interface Still<A extends unknown[]> {
  /** Asks for it; what was asked for before falls away. */
  ask(...args: A): void
  cancel(): void
  /** Whether something was asked for that is still to come. */
  readonly waits: boolean
}

/** Does what was asked for last, once nothing was asked for so long, in milliseconds. */
export function whenStill<A extends unknown[]>(pause: number, action: (...args: A) => void): Still<A> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const cancel = () => {
    clearTimeout(timer)
    timer = undefined
  }
  return {
    ask(...args) {
      cancel()
      timer = setTimeout(() => {
        timer = undefined
        action(...args)
      }, pause)
    },
    cancel,
    get waits() {
      return timer !== undefined
    },
  }
}
