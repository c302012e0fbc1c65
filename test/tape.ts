// Reverse-mode differentiation of scalar formulas in float64, as a reference for layers and
// kernels. Formulas are written as in their papers; gradients follow from the chain rule (Griewank
// & Walther 2008, chapter 3).

declare const place: unique symbol
/** A number of a formula: its index on the tape. */
export type Num = number & { readonly [place]: true }

export interface Result {
  values: Float64Array
  /**
   * Largest sum of absolute terms over the values. With cancellation, it is much larger than the
   * values.
   */
  terms: number
}

/** All numbers of a formula, in the order of their computation, with their operands. */
export class Tape {
  private readonly values: number[] = []
  /** Two operands per number; -1 if missing. */
  private readonly parents: number[] = []
  /** Derivatives with respect to the operands. */
  private readonly slopes: number[] = []
  /** Sums of absolute terms of the numbers. */
  private readonly sizes: number[] = []

  /** `round` is applied after every operation of both passes; `Math.fround` simulates float32. */
  constructor(private readonly round: (value: number) => number = (value) => value) {}

  number = (value: number): Num => this.push(value, -1, 0, -1, 0)
  numbers = (values: ArrayLike<number>): Num[] => Array.from(values, this.number)

  add = (a: Num, b: Num): Num => this.push(this.of(a) + this.of(b), a, 1, b, 1)
  sub = (a: Num, b: Num): Num => this.push(this.of(a) - this.of(b), a, 1, b, -1)
  mul = (a: Num, b: Num): Num => this.push(this.of(a) * this.of(b), a, this.of(b), b, this.of(a))
  scale = (a: Num, by: number): Num => this.push(this.of(a) * by, a, by, -1, 0)
  div(a: Num, b: Num): Num {
    const quotient = this.of(a) / this.of(b)
    return this.push(quotient, a, 1 / this.of(b), b, -quotient / this.of(b))
  }
  sqrt(a: Num): Num {
    const root = Math.sqrt(this.of(a))
    return this.push(root, a, 0.5 / root, -1, 0)
  }
  exp(a: Num): Num {
    const power = Math.exp(this.of(a))
    return this.push(power, a, power, -1, 0)
  }
  /** Records a function of one number with its value and derivative. */
  apply = (a: Num, value: number, slope: number): Num => this.push(value, a, slope, -1, 0)

  sum = (terms: readonly Num[]): Num => (terms.length ? terms.reduce(this.add) : this.number(0))
  dot = (a: readonly Num[], b: readonly Num[]): Num =>
    this.sum(a.map((each, i) => this.mul(each, b[i])))

  of = (a: Num): number => this.values[a]

  result = (numbers: readonly Num[]): Result => ({
    values: Float64Array.from(numbers, this.of),
    terms: numbers.reduce((most, number) => Math.max(most, this.sizes[number]), 0),
  })

  /** Returns the gradients of the sum of `results` times `slopes` with respect to `numbers`. */
  gradients(
    results: readonly Num[],
    slopes: ArrayLike<number>,
    numbers: readonly (readonly Num[])[],
  ): Result[] {
    const { parents, round } = this
    const [found, sizes] = [
      new Float64Array(this.values.length),
      new Float64Array(this.values.length),
    ]
    results.forEach((result, i) => {
      found[result] += slopes[i]
      sizes[result] += Math.abs(slopes[i])
    })
    for (let at = found.length - 1; at >= 0; at--) {
      for (const side of [2 * at, 2 * at + 1]) {
        const parent = parents[side]
        if (parent < 0) continue
        found[parent] = round(found[parent] + round(found[at] * this.slopes[side]))
        sizes[parent] += sizes[at] * Math.abs(this.slopes[side])
      }
    }
    return numbers.map((each) => ({
      values: Float64Array.from(each, (number) => found[number]),
      terms: each.reduce((most, number) => Math.max(most, sizes[number]), 0),
    }))
  }

  private push(value: number, a: number, slopeA: number, b: number, slopeB: number): Num {
    const of = (parent: number, slope: number) =>
      parent < 0 ? 0 : this.sizes[parent] * Math.abs(slope)
    this.sizes.push(Math.max(Math.abs(value), of(a, slopeA) + of(b, slopeB)))
    this.parents.push(a, b)
    this.slopes.push(this.round(slopeA), this.round(slopeB))
    return (this.values.push(this.round(value)) - 1) as Num
  }
}
