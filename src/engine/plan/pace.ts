// Recent speed of a loop, and its total time.

/** Averaging window of the rate, in milliseconds. */
const WINDOW = 2000

export class Pace {
  private marks: { index: number; at: number }[]
  private readonly firstBegan: number
  /** Start of the present execution of the loop. */
  private began: number | undefined

  /** `index` and `secondsBefore` are those of the earlier run that this one continues. */
  constructor(
    index: number,
    private readonly secondsBefore: number,
    now: number,
  ) {
    this.marks = [{ index, at: now }]
    this.firstBegan = now
  }

  /** Returns iterations per second. `began`: the start of this execution of the loop. */
  rate(index: number, now: number, began: number): number {
    // A loop that runs again, in an emission or in an outer loop, starts over.
    if (began !== this.began) this.marks = [{ index: index - 1, at: began }]
    this.began = began
    const last = this.marks.at(-1)!
    if (now - last.at > WINDOW / 20 || this.marks.length === 1) this.marks.push({ index, at: now })
    while (this.marks.length > 2 && now - this.marks[1].at > WINDOW) this.marks.shift()
    const first = this.marks[0]
    return now > first.at ? ((index - first.index) * 1000) / (now - first.at) : 0
  }

  seconds = (now: number) => this.secondsBefore + (now - this.firstBegan) / 1000
}
