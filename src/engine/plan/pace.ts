// How fast a loop goes, lately, and how long it took in all.

/** The rate is measured over about this long, in milliseconds. */
const WINDOW = 2000

export class Pace {
  private marks: { index: number; at: number }[]
  private readonly began: number

  /** `index` and `seconds` are what an earlier run had reached and needed. */
  constructor(
    index: number,
    private readonly secondsBefore: number,
    now: number,
  ) {
    this.marks = [{ index, at: now }]
    this.began = now
  }

  /** Iterations a second. */
  rate(index: number, now: number): number {
    const last = this.marks.at(-1)!
    // A loop that runs once more (in an emission, in an outer loop) begins anew.
    if (index <= last.index) this.marks = [{ index: index - 1, at: last.at }]
    if (now - last.at > WINDOW / 20 || this.marks.length === 1) this.marks.push({ index, at: now })
    while (this.marks.length > 2 && now - this.marks[1]!.at > WINDOW) this.marks.shift()
    const first = this.marks[0]!
    return now > first.at ? ((index - first.index) * 1000) / (now - first.at) : 0
  }

  seconds = (now: number) => this.secondsBefore + (now - this.began) / 1000
}
