// Linear layers of one input as one operation, against the same one by one.
import { expect, test, vi } from 'vitest'
import { projectionsOf } from '../../src/engine/layers/projections.ts'
import { randomOf } from '../../src/engine/random.ts'
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import { homeFor, openHomes } from '../../src/engine/webgpu/arena.ts'
import { ownKernels } from '../../src/engine/webgpu/own.ts'
import { onEachBackend } from '../backends.ts'
import { expectNear } from '../kernels.ts'

const columns = [6, 4, 5]

function tensors(): Tensor[] {
  const random = randomOf(5)
  const shapes = [[3, 7], ...columns.flatMap((c) => [[7, c], [c]])]
  return shapes.map((shape) => tf.tensor(random.normal(tf.util.sizeFromShape(shape)), shape))
}

const layersOf = (weights: Tensor[]) =>
  columns.map((_, i) => ({ weight: weights[2 * i] as Tensor2D, bias: weights[2 * i + 1] as Tensor1D }))

type Project = (x: Tensor2D, layers: ReturnType<typeof layersOf>) => Tensor[]

const oneByOne: Project = (x, layers) => layers.map(({ weight, bias }) => tf.matMul(x, weight).add(bias))

/** A number that depends on some of the outputs in other ways. */
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
  (tf.engine().gradients(loss, xs, undefined, true) as unknown as { grads: (Tensor | null)[] }).grads

onEachBackend((name) => {
  test.each([
    ['all of them', () => true],
    ['some of them', (i: number) => i !== 1],
  ])('numbers and gradients where %s are used', async (_, used) => {
    const all = tensors()
    const [found, right] = [projectionsOf, oneByOne].map((project) =>
      tf.tidy(() => [
        ...project(all[0] as Tensor2D, layersOf(all.slice(1))),
        ...gradientsOf(() => lossOf(project, used)(...(all as [Tensor, ...Tensor[]])), all).map(
          (gradient, i) => gradient ?? tf.zerosLike(all[i]!),
        ),
      ]),
    ) as [Tensor[], Tensor[]]
    expect(found.map(({ shape }) => shape)).toEqual(right.map(({ shape }) => shape))
    for (const [i, tensor] of found.entries()) expectNear((await tensor.data()) as Float32Array, await right[i]!.data(), `${i}`)
    tf.dispose([all, found, right] as never)
  })

  if (name === 'webgpu')
    test('gradients that are written where they were told to are not copied', async () => {
      const [x, ...weights] = tensors() as [Tensor, ...Tensor[]]
      const backend = ownKernels()!
      /** The gradient of sum y^2, in its place. */
      const squares = tf.customGrad((...args: unknown[]) => {
        const [y, save] = args as [Tensor, (tensors: Tensor[]) => void]
        save([y])
        const gradFunc = (_: Tensor, [kept]: Tensor[]) => {
          const home = homeFor(y)!
          backend.copy([{ source: kept!.mul(2), from: 0, to: 0, count: y.size }], home)
          return tf.engine().makeTensorFromTensorInfo(home)
        }
        return { value: y.square().sum(), gradFunc }
      })
      const gradientsBy = (sum: (y: Tensor) => Tensor) => {
        const homes = openHomes(weights)!
        const copied = vi.spyOn(backend, 'copy')
        const flat = tf.tidy(() => {
          const loss = () => tf.addN(projectionsOf(x as Tensor2D, layersOf(weights)).map(sum)) as Scalar
          return homes.collect(gradientsOf(loss, weights))
        })
        homes.close()
        const copies = copied.mock.calls.length
        copied.mockRestore()
        return { flat, copies }
      }
      const written = gradientsBy((y) => squares(y))
      // One copy for each by the test itself.
      expect(written.copies).toBe(columns.length)
      const gathered = gradientsBy((y) => y.square().sum())
      expect(gathered.copies).toBe(1)
      expectNear((await written.flat.data()) as Float32Array, await gathered.flat.data(), 'gradients')
      tf.dispose([x, ...weights, written.flat, gathered.flat])
    })
})
