// Decides when a running training is saved: after a number of seconds, or later if saving would take
// too much of the time.

/** Seconds of training between two saves, unless the host chooses. */
export const DEFAULT_SAVE_INTERVAL = 2

/**
 * Limit of the share of the time for which saving blocks a training. The work of other threads for
 * a save is not counted, so this is below the 2 % that saving may cost in all.
 */
const MAX_SHARE = 0.015

export class SaveSchedule {
  private savedAt = -Infinity
  /** Time for which the last two saves blocked the thread, in milliseconds. */
  private costs: number[] = []
  /** Time of checks of the state that is about to be saved, in milliseconds. */
  private checks = 0
  private requested = false

  /** Makes the next state due, whatever the interval: the page may be about to close. */
  request() {
    this.requested = true
  }

  /**
   * Returns true if a state should be saved at a time in milliseconds. The first one of a run is
   * always due: what it continues from may be about to be replaced, and GPU commands are about to be
   * captured and replayed for the first time. With an `interval` of undefined, only requested ones.
   */
  isDue(now: number, interval: number | undefined): boolean {
    if (this.requested) return true
    if (interval === undefined) return false
    return now - this.savedAt >= Math.max(interval * 1000, this.typicalCost() / MAX_SHARE)
  }

  /** Code that runs for the first time is several times slower, so a larger cost is not typical. */
  private typicalCost(): number {
    const [first = 0, second] = this.costs
    return second === undefined ? first / 4 : Math.min(first, second)
  }

  /** Records that a save began. */
  begin(now: number) {
    this.savedAt = now
    this.requested = false
  }

  /** Records for how many milliseconds a check of a state before its save blocked the thread. */
  addCheck(blocked: number) {
    this.checks += blocked
  }

  /** Records for how many milliseconds a save blocked the thread. */
  end(blocked: number) {
    this.costs = [...this.costs.slice(-1), blocked + this.checks]
    this.checks = 0
  }
}
