// Time for long work on the page's thread: in slices, between which the page answers.

/** Milliseconds of work in a task. */
const SLICE = 40

/** Ends of the current task, or undefined before the first work in it. */
let end: number | undefined
const waiting: (() => void)[] = []

/** Work that is called in one task, at most. Each call may render again, even without time. */
const TOGETHER = 50

/** True until the work of the current task has taken its time. */
export function hasTime(): boolean {
  if (end === undefined) {
    end = performance.now() + SLICE
    setTimeout(startSlice)
  }
  return performance.now() < end
}

/** A new task: those that wait have their turn. */
function startSlice() {
  end = undefined
  for (const call of waiting.splice(0, TOGETHER)) call()
  if (waiting.length > 0) hasTime()
}

/** Calls a function in a later task. Returns a function that cancels it. */
export function waitForTime(call: () => void): () => void {
  waiting.push(call)
  hasTime()
  return () => {
    const at = waiting.indexOf(call)
    if (at >= 0) waiting.splice(at, 1)
  }
}

/** Resolves when nothing waits any more. */
export async function whenDone(): Promise<void> {
  const isDone = () => waiting.length === 0 && end === undefined
  do await new Promise((resolve) => void setTimeout(resolve))
  while (!isDone())
}
