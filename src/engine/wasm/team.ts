// Workers that call our functions beside this thread, in the same memory. What they do is cut into strands: calls that have
// to come one after the other, while no strand needs another. Who takes which is left to chance, and no number depends on it.
//
// This thread takes strands too, so a worker that is late, or asleep, costs nothing but its help. One that is held up within a
// strand, because its core has other work to do, is waited for: where that costs more than the workers do, they are left out
// for a while.

/** Words of what is shared: how often there was work, strands that nobody has taken, those that are done, and where they are. */
const [WORK, LEFT, DONE, TABLE] = [0, 1, 2, 3]

/** Milliseconds that a worker looks for new work before it sleeps: to be woken takes longer than the pause between two layers. */
const AWAKE = 1

/** What a worker runs. A strand is taken by counting down what is left: one who counts below zero has to wait. */
const script = `
onmessage = ({ data: { module, memory, shared } }) => {
  const { strand } = new WebAssembly.Instance(module, { env: { memory } }).exports
  const words = new Int32Array(shared)
  postMessage('ready')
  for (;;) {
    const seen = Atomics.load(words, ${WORK})
    for (;;) {
      const left = Atomics.sub(words, ${LEFT}, 1)
      if (left <= 0) break
      strand(words[${TABLE}] + 4 * (left - 1))
      Atomics.add(words, ${DONE}, 1)
    }
    const until = performance.now() + ${AWAKE}
    while (Atomics.load(words, ${WORK}) === seen && performance.now() < until);
    Atomics.wait(words, ${WORK}, seen)
  }
}`

/** Milliseconds for the workers to start. */
const PATIENCE = 10_000

/** Runs after which it is seen whether the workers help. */
const RUNS = 64

/** As many runs are done without them at most, before they are tried again. */
const MOST_ALONE = 2 ** 12

/** Whether the workers help: whether what they do would have taken longer here than they are waited for. */
export class Worth {
  private runs = 0
  private spared = 0
  private alone = 0
  private next = RUNS

  /** Whether they are to be left out now. */
  leavesOut(): boolean {
    if (this.alone === 0) return false
    this.alone--
    return true
  }

  /** A run of `count` strands: `own` of them were done here, in so many milliseconds, and then others were waited for. */
  note(count: number, own: number, worked: number, waited: number) {
    if (own > 0) this.spared += (worked / own) * (count - own) - waited
    if (++this.runs < RUNS) return
    this.alone = this.spared < 0 ? this.next : 0
    this.next = this.spared < 0 ? Math.min(2 * this.next, MOST_ALONE) : RUNS
    this.runs = this.spared = 0
  }
}

export class Team {
  private readonly words: Int32Array
  private readonly worth = new Worth()

  private constructor(
    private readonly workers: Worker[],
    shared: SharedArrayBuffer,
    private readonly strand: (at: number) => void,
  ) {
    this.words = new Int32Array(shared)
  }

  /** `size` workers; undefined where they do not start, as a content security policy may have it. */
  static async start(size: number, { module, memory, strand }: TeamWork): Promise<Team | undefined> {
    const shared = new SharedArrayBuffer(16)
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
    const workers: Worker[] = []
    try {
      for (let i = 0; i < size; i++) workers.push(new Worker(url))
      await Promise.all(workers.map((worker) => ready(worker, { module, memory, shared })))
      return new Team(workers, shared, strand)
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

  /** Does so many strands, whose addresses are at `table`. False, with nothing done, if the workers are no help now. */
  run(count: number, table: number): boolean {
    if (this.worth.leavesOut()) return false
    const { words } = this
    const began = performance.now()
    let own = 0
    Atomics.store(words, TABLE, table)
    Atomics.store(words, DONE, 0)
    Atomics.store(words, LEFT, count)
    Atomics.add(words, WORK, 1)
    Atomics.notify(words, WORK)
    for (;;) {
      const left = Atomics.sub(words, LEFT, 1)
      if (left <= 0) break
      this.strand(table + 4 * (left - 1))
      Atomics.add(words, DONE, 1)
      own++
    }
    const done = performance.now()
    // A page may not sleep, and what is left are parts of a millisecond.
    while (Atomics.load(words, DONE) < count);
    this.worth.note(count, own, done - began, performance.now() - done)
    return true
  }

  stop() {
    this.workers.forEach((worker) => worker.terminate())
  }
}

export interface TeamWork {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  /** The function of that name, here. */
  strand: (at: number) => void
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
