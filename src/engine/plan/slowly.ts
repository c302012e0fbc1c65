// Slow motion: inside loops each node is shown for a while before it runs, so that who watches can follow.

export class Slowly {
  private hurry: (() => void) | undefined

  /** Iterations a second; undefined is as fast as it goes. */
  constructor(private perSecond: number | undefined) {}

  get on(): boolean {
    return this.perSecond !== undefined
  }

  set(perSecond: number | undefined) {
    this.perSecond = perSecond
    this.wake()
  }

  /** What is resting goes on at once. */
  wake() {
    this.hurry?.()
  }

  /** For a part of an iteration. */
  async rest(share: number): Promise<void> {
    if (this.perSecond === undefined) return
    let timer: ReturnType<typeof setTimeout> | undefined
    await new Promise<void>((resolve) => {
      this.hurry = resolve
      timer = setTimeout(resolve, (1000 * share) / this.perSecond!)
    })
    clearTimeout(timer)
    this.hurry = undefined
  }
}
