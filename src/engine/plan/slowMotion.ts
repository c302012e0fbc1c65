// Slow motion: shows each node inside loops for a while before it runs.

export class SlowMotion {
  private hurry: (() => void) | undefined

  /** Iterations per second; undefined for full speed. */
  constructor(private perSecond: number | undefined) {}

  get isOn(): boolean {
    return this.perSecond !== undefined
  }

  set(perSecond: number | undefined) {
    this.perSecond = perSecond
    this.wake()
  }

  /** Ends the rest at once. */
  wake() {
    this.hurry?.()
  }

  /** Rests for a part of an iteration. */
  async rest(share: number): Promise<void> {
    const { perSecond } = this
    if (perSecond === undefined) return
    let timer: ReturnType<typeof setTimeout> | undefined
    await new Promise<void>((resolve) => {
      this.hurry = resolve
      timer = setTimeout(resolve, (1000 * share) / perSecond)
    })
    clearTimeout(timer)
    this.hurry = undefined
  }
}
