// Workers that call our functions beside this thread, in the same memory. What they do is cut into strands: calls that have
// to come one after the other, while no strand needs another. Who takes which is left to chance, and no number depends on it.
//
// This thread takes strands too, so a worker that is late, or asleep, costs nothing but its help.

/** Calls one after the other: the number of the function, and what it is given. */
export type Strand = readonly (readonly [func: number, numbers: readonly number[]])[]

/** Words of what is shared: how often there was work, strands that nobody has taken, and those that are done. */
const [WORK, LEFT, DONE] = [0, 1, 2]
/** Where the addresses of strands begin. */
const FIRST = 3

/** In words. Work that needs more is done here alone. */
const ROOM = 2 ** 17

/**
 * What a worker runs. A strand is taken by counting down what is left: one who counts below zero has to wait. It looks for
 * new work for a while before it sleeps, because to be woken takes longer than the pause between two layers.
 */
const script = `
onmessage = ({ data: { module, memory, names, shared } }) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const functions = names.map((name) => exports[name])
  const words = new Int32Array(shared)
  postMessage('ready')
  for (;;) {
    const seen = Atomics.load(words, ${WORK})
    for (;;) {
      const left = Atomics.sub(words, ${LEFT}, 1)
      if (left <= 0) break
      let at = words[${FIRST} + left - 1]
      for (let calls = words[at++]; calls > 0; calls--) {
        const [run, count] = [functions[words[at]], words[at + 1]]
        run(...words.subarray(at + 2, at + 2 + count))
        at += 2 + count
      }
      Atomics.add(words, ${DONE}, 1)
    }
    const until = performance.now() + 0.3
    while (Atomics.load(words, ${WORK}) === seen && performance.now() < until);
    Atomics.wait(words, ${WORK}, seen)
  }
}`

/** Milliseconds for the workers to start. */
const PATIENCE = 10_000

export class Team {
  private readonly words: Int32Array

  private constructor(
    private readonly workers: Worker[],
    shared: SharedArrayBuffer,
    private readonly functions: ((...numbers: number[]) => void)[],
  ) {
    this.words = new Int32Array(shared)
  }

  /** `size` workers; undefined where they do not start, as a content security policy may have it. */
  static async start(size: number, { module, memory, names, functions }: TeamWork): Promise<Team | undefined> {
    const shared = new SharedArrayBuffer(4 * ROOM)
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
    const workers: Worker[] = []
    try {
      for (let i = 0; i < size; i++) workers.push(new Worker(url))
      await Promise.all(workers.map((worker) => ready(worker, { module, memory, names, shared })))
      return new Team(
        workers,
        shared,
        names.map((name) => functions[name]!),
      )
    } catch {
      workers.forEach((worker) => worker.terminate())
      return undefined
    } finally {
      URL.revokeObjectURL(url)
    }
  }

  /** Workers. */
  get size(): number {
    return this.workers.length
  }

  /** Does all strands. False, with nothing done, if they find no room. */
  run(strands: readonly Strand[]): boolean {
    if (!this.write(strands)) return false
    const { words } = this
    Atomics.store(words, DONE, 0)
    Atomics.store(words, LEFT, strands.length)
    Atomics.add(words, WORK, 1)
    Atomics.notify(words, WORK)
    for (;;) {
      const left = Atomics.sub(words, LEFT, 1)
      if (left <= 0) break
      for (const [func, numbers] of strands[left - 1]!) this.functions[func]!(...numbers)
      Atomics.add(words, DONE, 1)
    }
    // A page may not sleep, and what is left are parts of a millisecond.
    while (Atomics.load(words, DONE) < strands.length);
    return true
  }

  stop() {
    this.workers.forEach((worker) => worker.terminate())
  }

  /** Of each strand how many calls it has, and of each call the function, how many numbers, and these. */
  private write(strands: readonly Strand[]): boolean {
    const needed = strands.reduce((sum, strand) => strand.reduce((sum, [, { length }]) => sum + 2 + length, sum + 2), FIRST)
    if (needed > ROOM) return false
    let at = FIRST + strands.length
    strands.forEach((strand, i) => {
      this.words[FIRST + i] = at
      this.words[at++] = strand.length
      for (const [func, numbers] of strand) {
        this.words[at++] = func
        this.words[at++] = numbers.length
        for (const number of numbers) this.words[at++] = number
      }
    })
    return true
  }
}

export interface TeamWork {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  /** In the order of their numbers. */
  names: string[]
  functions: Record<string, (...numbers: number[]) => void>
}

const ready = (worker: Worker, message: object) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(reject, PATIENCE)
    worker.onmessage = () => {
      clearTimeout(timer)
      resolve()
    }
    worker.onerror = (event) => {
      event.preventDefault()
      clearTimeout(timer)
      reject(new Error(event.message))
    }
    worker.postMessage(message)
  })
