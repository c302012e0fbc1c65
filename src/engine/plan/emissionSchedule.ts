// Schedule of the emissions of a training. An emission runs the steps from its done outputs to
// observers, on a snapshot.

/** Largest share of the time for emissions, by default. */
export const EMISSION_SHARE = 0.2

/** Fractions of the interval at which the first emissions take place. */
const EARLY_PARTS = [8, 4, 2]

/** Minimum number of steps before an early emission. */
const EARLIEST = 5

export class EmissionSchedule {
  private readonly began: number
  private spent = 0
  /** Estimated time of the next emission: the longest so far, with decay. */
  private expected = 0
  private last = 0
  private emittingSince = 0

  constructor(
    /** Steps between emissions; 0 for none. */
    private readonly every: number,
    private readonly firstIndex: number,
    private readonly now: () => number,
    /** Largest share of the time for emissions; infinite: none is skipped. */
    private readonly share: number,
    /**
     * Called with the number of steps since the last emission if emissions were skipped to limit
     * their share of the time.
     */
    private readonly onThinned: (every: number) => void,
  ) {
    this.began = now()
  }

  /** Returns true if an emission is due after `index` steps, and starts timing it. */
  isDue(index: number): boolean {
    if (!this.every || !this.isScheduled(index)) return false
    this.emittingSince = this.now()
    const elapsed = this.emittingSince - this.began
    const share = (this.spent + this.expected) / (elapsed + this.expected)
    if (this.spent > 0 && share > this.share) return false
    if (this.last && index - this.last > this.every) this.onThinned(index - this.last)
    this.last = index
    return true
  }

  private isScheduled(index: number): boolean {
    if (index % this.every === 0) return true
    const done = index - this.firstIndex
    return done >= EARLIEST && EARLY_PARTS.some((part) => done * part === this.every)
  }

  /** Stops timing the emission. */
  end() {
    const took = this.now() - this.emittingSince
    this.spent += took
    this.expected = Math.max(took, this.expected / 2)
  }
}
