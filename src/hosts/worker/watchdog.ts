// Watchdog of the engine's thread: finds out that it has hung.
//
// A thread is busy for seconds during a large iteration, so only complete silence counts: during
// such an iteration the engine sends an event about every second, from the kernels it runs.

export interface WatchdogOptions {
  /** Sends a ping, which a free thread answers. */
  ping: () => void
  /** Called once, with the seconds without any event. */
  onHung: (seconds: number) => void
  /** Time without any event after which the thread counts as hung, in milliseconds. */
  bound: number
}

/** Number of checks within the bound. */
const CHECKS = 10

/** Factor between the bound and the longest silence after which the thread went on. */
const MARGIN = 3

export class Watchdog {
  private readonly interval: number
  private timer: ReturnType<typeof setInterval> | undefined
  private checkedAt = 0
  private silence = 0
  private longest = 0

  constructor(private readonly options: WatchdogOptions) {
    this.interval = options.bound / CHECKS
  }

  /** Starts or stops watching. There is nothing to watch while no answer is expected. */
  watch(on: boolean) {
    if (on === (this.timer !== undefined)) return
    clearInterval(this.timer)
    this.timer = undefined
    if (!on) return
    this.silence = 0
    this.checkedAt = performance.now()
    this.timer = setInterval(() => this.check(), this.interval)
  }

  /** Reports an event of the engine. */
  hear() {
    this.longest = Math.max(this.longest, this.silence)
    this.silence = 0
  }

  private check() {
    const now = performance.now()
    // A long time since the last check means that the page itself was suspended or throttled.
    this.silence += Math.min(now - this.checkedAt, 2 * this.interval)
    this.checkedAt = now
    if (this.silence < Math.max(this.options.bound, MARGIN * this.longest)) this.options.ping()
    else {
      this.watch(false)
      this.options.onHung(Math.round(this.silence / 1000))
    }
  }
}
