// Linear layers of one input as one operation, compared with separate layers.
import { expect, test, vi } from 'vitest'
import { activeBackend } from '../../../src/engine/base/backend.ts'
import { currentLayout } from '../../../src/engine/training/flatWeights.ts'
import { silu } from '../../../src/engine/layers/activations.ts'
import { projectActivated, projectAll } from '../../../src/engine/layers/projections.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { claimGradientSlot } from '../../../src/engine/backends/webgpu/gradientArena.ts'
import { activeWebGPU } from '../../../src/engine/backends/webgpu/activeWebGPU.ts'
import { onEachBackend } from '../../backends.ts'
import { expectNear } from '../../kernels.ts'

const columns = [6, 4, 5]

function tensors(): Tensor[] {
  const random = createRandom(5)
  const shapes = [[3, 7], ...columns.flatMap((c) => [[7, c], [c]])]
  return shapes.map((shape) => tf.tensor(random.normal(tf.util.sizeFromShape(shape)), shape))
}

const layersOf = (weights: Tensor[]) =>
  columns.map((_, i) => ({
    weight: weights[2 * i] as Tensor2D,
    bias: weights[2 * i + 1] as Tensor1D,
  }))

type Project = (x: Tensor2D, layers: ReturnType<typeof layersOf>) => Tensor[]

const oneByOne: Project = (x, layers) =>
  layers.map(({ weight, bias }) => tf.matMul(x, weight).add(bias))

/** A loss that depends on some of the outputs, on each differently. */
const lossOf =
  (project: Project, used: (i: number) => boolean) =>
  (x: Tensor, ...weights: Tensor[]): Scalar =>
    tf.addN(
      project(x as Tensor2D, layersOf(weights))
        .filter((_, i) => used(i))
        .map((y, i) =>
          y
            .square()
            .mul(i + 1)
            .sum(),
        ),
    ) as Scalar

/** Null where the loss does not depend on a tensor. */
const gradientsOf = (loss: () => Scalar, xs: Tensor[]) =>
  (tf.engine().gradients(loss, xs, undefined, true) as unknown as { grads: (Tensor | null)[] })
    .grads

onEachBackend((name) => {
  test.each([
    ['all of them', () => true],
    ['some of them', (i: number) => i !== 1],
  ])('values and gradients are correct if %s are used', async (_, used) => {
    const all = tensors()
    const [found, right] = [projectAll, oneByOne].map((project) =>
      tf.tidy(() => [
        ...project(all[0] as Tensor2D, layersOf(all.slice(1))),
        ...gradientsOf(() => lossOf(project, used)(...(all as [Tensor, ...Tensor[]])), all).map(
          (gradient, i) => gradient ?? tf.zerosLike(all[i]),
        ),
      ]),
    ) as [Tensor[], Tensor[]]
    expect(found.map(({ shape }) => shape)).toEqual(right.map(({ shape }) => shape))
    for (const [i, tensor] of found.entries())
      expectNear((await tensor.data()) as Float32Array, await right[i].data(), `${i}`)
    tf.dispose([all, found, right] as never)
  })

  test.each([
    ['one layer', 1, 7],
    ['three layers', 3, 7],
    ['three layers, in fours', 3, 8],
  ])('values and gradients after a SiLU are those of the separate layers: %s', async (_, n, d) => {
    const random = createRandom(6)
    const normal = (shape: number[]) =>
      tf.tensor(random.normal(tf.util.sizeFromShape(shape)), shape)
    const x = normal([3, d]) as Tensor2D
    const layers = columns.slice(0, n).map((c) => ({
      weight: normal([d, c]) as Tensor2D,
      bias: normal([c]) as Tensor1D,
    }))
    const weights = layers.flatMap(({ weight, bias }) => [weight, bias])
    const apart = (x: Tensor2D, all: typeof layers) => projectAll(silu(x) as Tensor2D, all)
    const [found, right] = [projectActivated, apart].map((project) =>
      tf.tidy(() => [
        ...project(x, layers),
        ...gradientsOf(
          () => tf.addN(project(x, layers).map((y) => y.square().sum())) as Scalar,
          [x, ...weights],
        ).map((gradient) => gradient!),
      ]),
    ) as [Tensor[], Tensor[]]
    for (const [i, tensor] of found.entries())
      expectNear((await tensor.data()) as Float32Array, await right[i].data(), `${i}`)
    tf.dispose([x, weights, found, right] as never)
  })

  if (name === 'webgpu')
    test('gradients that are written to their slots are not copied', async () => {
      const [x, ...weights] = tensors() as [Tensor, ...Tensor[]]
      const backend = activeWebGPU()!
      /** The gradient of sum y^2, in its slot. */
      const squares = tf.customGrad((...args: unknown[]) => {
        const [y, save] = args as [Tensor, (tensors: Tensor[]) => void]
        save([y])
        const gradFunc = (_: Tensor, [kept]: Tensor[]) => {
          const home = claimGradientSlot(y)!
          backend.copy([{ source: kept.mul(2), from: 0, to: 0, count: y.size }], home)
          return tf.engine().makeTensorFromTensorInfo(home)
        }
        return { value: y.square().sum(), gradFunc }
      })
      const gradientsBy = (sum: (y: Tensor) => Tensor) => {
        const homes = activeBackend().openGradientSlots!(weights, currentLayout(weights))
        const copied = vi.spyOn(backend, 'copy')
        const flat = tf.tidy(() => {
          const loss = () =>
            tf.addN(projectAll(x as Tensor2D, layersOf(weights)).map(sum)) as Scalar
          return homes.collect(gradientsOf(loss, weights))
        })
        homes.close()
        const copies = copied.mock.calls.length
        copied.mockRestore()
        return { flat, copies }
      }
      const written = gradientsBy((y) => squares(y))
      // The test itself copies each once.
      expect(written.copies).toBe(columns.length)
      const gathered = gradientsBy((y) => y.square().sum())
      expect(gathered.copies).toBe(1)
      expectNear(
        (await written.flat.data()) as Float32Array,
        await gathered.flat.data(),
        'gradients',
      )
      tf.dispose([x, ...weights, written.flat, gathered.flat])
    })
})
