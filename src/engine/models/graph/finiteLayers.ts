// Finds the first layer of a network whose output or gradient is not finite.
import { mapEntries } from '../../base/records.ts'
import type { Tensor } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import type { Model } from '../model.ts'
import { linearOp } from '../../layers/operation.ts'
import { offTape } from '../../gradients/differentiate.ts'
import type { NetworkInputs } from './layer.ts'
import { runLayerByLayer } from './layerByLayer.ts'
import type { Program } from './step.ts'
import { layerTitles } from './titles.ts'

export interface BrokenLayer {
  layer: string
  pass: 'forward' | 'backward'
}

/** A value of a layer, or a gradient that its backward pass gives. */
interface LayerCheck {
  pass: BrokenLayer['pass']
  /** Number of the evaluation of a network. */
  evaluation: number
  /** Position of the layer; the number of layers for the gradient of the result. */
  position: number
  /** Name of the layer; undefined for the gradient of the result, which the loss gives. */
  title: string | undefined
  /** Finite if all numbers are: a small multiple of their sum, which cannot overflow. */
  sum: Tensor
}

/** Checks of the evaluations in {@link checkLayers}. Owns the sums. */
export class LayerChecks {
  private readonly checks: LayerCheck[] = []
  private evaluations = 0

  /** True if no network was evaluated. */
  get isEmpty() {
    return this.checks.length === 0
  }

  /** Evaluates a network layer by layer, and checks it, also in its backward pass. */
  run(program: Program, model: Model, inputs: NetworkInputs): Tensor[] {
    const { view } = program
    const evaluation = this.evaluations++
    const titles = layerTitles(view)
    const check = (pass: LayerCheck['pass'], position: number, value: Tensor) =>
      this.checks.push({ pass, evaluation, position, title: titles[position], sum: sumOf(value) })
    const watch = (position: number, x: Tensor, copy = (x: Tensor): Tensor => x.clone()) =>
      linearOp(copy, (dy) => {
        check('backward', position, dy)
        return dy.clone()
      })(x)
    const positionOf = new Map(view.layers.map(({ name }, i) => [name, i]))
    const weights = mapEntries(model.weights, (key, weight) => {
      const position = positionOf.get(key.replace(/\.[^.]+$/, ''))
      // A copy of the data, which has no gradient slot: slots may hold sums that are not complete.
      return position === undefined ? weight : watch(position, weight, (x) => x.mul(1))
    })
    const outputs = runLayerByLayer(program, { ...model, weights }, inputs, {
      enter: (layer, input) => (input instanceof tf.Tensor ? watch(layer, input) : input),
      leave: (layer, value) => value instanceof tf.Tensor && check('forward', layer, value),
    })
    return outputs.map((output) => watch(view.layers.length, output))
  }

  /**
   * Returns the first layer whose forward pass, or else whose backward pass, gave a number that is
   * not finite; undefined if there is none, or if the loss has such a gradient.
   */
  async findBroken(): Promise<BrokenLayer | undefined> {
    const sums = await Promise.all(this.checks.map(({ sum }) => sum.data()))
    const broken = this.checks
      .filter((_, i) => !Number.isFinite(sums[i][0]))
      .sort(
        (a, b) =>
          Number(a.pass === 'backward') - Number(b.pass === 'backward') ||
          (a.pass === 'forward' ? 1 : -1) *
            (a.evaluation - b.evaluation || a.position - b.position),
      )
    const [first] = broken
    return first?.title === undefined ? undefined : { layer: first.title, pass: first.pass }
  }

  dispose() {
    tf.dispose(this.checks.map(({ sum }) => sum))
  }
}

/** Scales numbers so that the sum of many large ones stays finite. */
const SCALE = 1e-12

const sumOf = (value: Tensor): Tensor =>
  offTape(() => tf.keep(tf.tidy(() => value.mul(SCALE).sum())))

let active: LayerChecks | undefined

/** The checks that evaluations take part in now, if any. */
export const activeChecks = (): LayerChecks | undefined => active

/** Runs `work` with all networks evaluated layer by layer, and checked by `checks`. */
export function checkLayers<T>(checks: LayerChecks, work: () => T): T {
  active = checks
  try {
    return work()
  } finally {
    active = undefined
  }
}
