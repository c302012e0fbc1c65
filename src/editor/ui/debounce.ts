// Trailing-edge debounce.

export interface Debounced<A extends unknown[]> {
  /** Schedules the action, replacing a scheduled one. */
  call(...args: A): void
  cancel(): void
  /** True while an action is scheduled. */
  readonly pending: boolean
}

/** Runs the action with the arguments of the last call, `pause` milliseconds after that call. */
export function debounce<A extends unknown[]>(
  pause: number,
  action: (...args: A) => void,
): Debounced<A> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const cancel = () => {
    clearTimeout(timer)
    timer = undefined
  }
  return {
    call(...args) {
      cancel()
      timer = setTimeout(() => {
        timer = undefined
        action(...args)
      }, pause)
    },
    cancel,
    get pending() {
      return timer !== undefined
    },
  }
}
