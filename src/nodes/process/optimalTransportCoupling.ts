// OptimalTransportCoupling: minibatch optimal transport between data and noise.
import { assignOptimally, squaredDistances } from '../../engine/process/assignment.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { tf, type Tensor } from '../../engine/base/tf.ts'
import { hostNumber } from '../../engine/base/values.ts'
import { defineNode, slot } from '../define.ts'
import { samplingMessages } from '../../messages/sampling.ts'

/** Largest batch: about a second on one core, since the time grows with its cube. */
const MAX_BATCH = 1024

export const optimalTransportCoupling = defineNode({
  type: 'diffusion/OptimalTransportCoupling',
  category: 'process',
  summary:
    'Minibatch optimal transport: reorders the noise of a batch so that the sum of squared distances between each item and its noise is smallest. The paths of a flow then hardly cross, and few steps suffice.',
  aliases: ['ot-cfm', 'minibatch ot', 'linear_sum_assignment', 'hungarian'],
  equation: '\\min_\\pi \\sum_i \\left\\| x_0^{(i)} - \\epsilon^{(\\pi(i))} \\right\\|^2',
  source:
    'Pooladian et al. 2023 (BatchOT); Tong et al. 2024 (OT-CFM); exact assignment: Jonker & Volgenant 1987',
  inputs: {
    x_0: slot.samples(
      'Batch of clean data [b, ...], at most 1024 items. In a training: x_0 of its Start. Time grows with the cube of b: about 10 ms for 256 points',
    ),
    noise: slot.noise('Noise with the shape of x_0. In a training: directly from GaussianNoise'),
  },
  outputs: {
    noise: slot.like('noise', 'The same noise in another order: item i belongs to item i of x_0'),
    cost: slot.onHost(slot.number('Mean squared distance between an item and its noise')),
  },
  params: {},
  reads: ({ x_0, noise }) => [x_0.tensor, noise.tensor],
  readsKnown: true,
  run: ({ x_0, noise }, _, { read: [data, draws] = [] }) => {
    const count = checkBatches(x_0.tensor, noise.tensor)
    const { columns, cost } = assignOptimally(squaredDistances(data, draws, count), count)
    return {
      noise: { ...noise, tensor: tf.gather(noise.tensor, tf.tensor1d(columns, 'int32')) },
      cost: hostNumber(cost / count),
    }
  },
})

/** Returns the size of two batches of the same shape. */
function checkBatches(x0: Tensor, noise: Tensor): number {
  if (String(x0.shape) !== String(noise.shape)) {
    throw new NodeError({
      slot: 'noise',
      message: samplingMessages.coupledShapes({ expected: x0.shape, got: noise.shape }),
      cure: samplingMessages.connectLike(),
    })
  }
  const [count] = x0.shape
  if (count <= MAX_BATCH) return count
  throw new NodeError({
    slot: 'x_0',
    message: samplingMessages.coupledBatch({ most: MAX_BATCH, got: count }),
    cure: samplingMessages.smallerBatch(),
  })
}
