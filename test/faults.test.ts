// Messages for common mistakes on the real nodes: what is wrong, where, and the cure.
import { expect, test } from 'vitest'
import type { GraphNode } from '../src/engine/plan/graph.ts'
import { opTable } from '../src/engine/plan/op.ts'
import { createSession } from '../src/engine/plan/session.ts'
import type { Fault } from '../src/engine/messages/fault.ts'
import { nodes as table } from '../src/nodes/table.ts'
import { onCpu } from './backends.ts'
import { node } from './nodes/evaluate.ts'
import { trainingGraph } from './trainingGraph.ts'

const ops = opTable(table)

/**
 * Runs a graph and returns its faults as the editor shows them: node, slot or param, message, cure.
 */
async function collectFaults(nodes: GraphNode[], targets?: string[]): Promise<string[]> {
  const faults: Fault[] = []
  const session = createSession({
    ops,
    onEvent: (event) => event.type === 'faults' && faults.push(...event.faults),
  })
  await session.run({ type: 'run', run: 1, graph: { nodes }, ...(targets && { targets }) })
  await session.dispose()
  return faults.map(
    (fault) =>
      `${fault.node}${fault.slot || fault.param ? `.${fault.slot ?? fault.param}` : ''}: ${fault.message} | ${fault.cure}`,
  )
}

/** The small training and sampling of points, with nodes changed, added or removed. */
function changeGraph(
  changes: Record<string, Partial<GraphNode> | undefined>,
  ...added: GraphNode[]
): GraphNode[] {
  const { nodes } = trainingGraph(2)
  const kept = nodes.filter(({ id }) => !(id in changes) || changes[id])
  return [
    ...kept.map((it) => ({
      ...it,
      ...changes[it.id],
      inputs: { ...it.inputs, ...changes[it.id]?.inputs },
      params: { ...it.params, ...changes[it.id]?.params },
    })),
    ...added,
  ]
}
const from = (wire: string) => node('', '', { x: wire }).inputs.x

onCpu(() => {
  test('the unchanged graph has no faults', async () => {
    expect(await collectFaults(changeGraph({}))).toEqual([])
  })

  test('a cycle', async () => {
    expect(await collectFaults(changeGraph({ Noise: { inputs: { like: from('Forward.x_t') } } })))
      .toMatchInlineSnapshot(`
        [
          "Forward: The graph has a cycle: Gaussian Noise -> Forward Noise -> Gaussian Noise. | Remove one of the wires. A value for the next iteration goes through the End of a loop.",
        ]
      `)
  })

  test('a body value used outside of its zone', async () => {
    expect(await collectFaults(changeGraph({ Keep: { inputs: { model: from('Start.model') } } })))
      .toMatchInlineSnapshot(`
        [
          "Keep: Save Checkpoint uses a value from inside the loop of Training Start. | Take the value from an output of Training End, after the last iteration.",
        ]
      `)
  })

  test('a second End; an End without Start', async () => {
    const second = node('End 2', 'TrainingEnd', { loop: 'Start.loop', loss: 'Error.loss' })
    expect(
      await collectFaults(
        changeGraph({}, second, node('Look', 'Inspect', { value: 'End 2.model' })),
      ),
    ).toMatchInlineSnapshot(`
      [
        "End 2.loop: Training Start has a second End. | Delete one of the two: a loop has one Start and one End.",
      ]
    `)
    const lone = node('End 2', 'SamplingEnd', { x_prev: 'x_T.noise' })
    expect(
      await collectFaults(changeGraph({}, lone, node('Look', 'Inspect', { value: 'End 2.x_0' }))),
    ).toMatchInlineSnapshot(`
        [
          "End 2.loop: Sampling End has no Start. | Connect output \`loop\` of a Sampling Start to it.",
        ]
      `)
  })

  test('a missing wire', async () => {
    const guess = changeGraph({}).find(({ id }) => id === 'Guess')!
    const { t: _, ...inputs } = guess.inputs
    const nodes = changeGraph({}).map((it) => (it.id === 'Guess' ? { ...it, inputs } : it))
    expect(await collectFaults(nodes)).toMatchInlineSnapshot(`
      [
        "Guess.t: Required input t is not connected. | Connect a timestep.",
      ]
    `)
  })

  test('a wrong type and a wrong shape', async () => {
    expect(await collectFaults(changeGraph({ Guess: { inputs: { t: from('Noise.noise') } } })))
      .toMatchInlineSnapshot(`
        [
          "Guess.t: Expected a timestep for t, got noise from noise of Gaussian Noise. | Connect a timestep.",
        ]
      `)
    expect(await collectFaults(changeGraph({ Forward: { inputs: { noise: from('x_T.noise') } } })))
      .toMatchInlineSnapshot(`
        [
          "Forward.noise: Expected the shape of x_0, [32,2], got [64,2]. | Take noise and x_0 from the same batch.",
        ]
      `)
    const other = node('Other time', 'RandomTimesteps', {
      like: 'x_T.noise',
      schedule: 'Schedule.schedule',
    })
    expect(
      await collectFaults(changeGraph({ Guess: { inputs: { t: from('Other time.t') } } }, other)),
    ).toMatchInlineSnapshot(`
      [
        "Guess.t: Expected one timestep per item: [32], got [64]. | Take t and x_t from the same batch.",
      ]
    `)
  })

  test('a loss that does not reach the model', async () => {
    expect(await collectFaults(changeGraph({ Guess: { inputs: { model: from('Net.model') } } })))
      .toMatchInlineSnapshot(`
        [
          "End.loss: Expected a loss that depends on the weights in training, got one that does not. | Connect \`model\` of TrainingStart to Predict, instead of the model that goes into TrainingStart.",
        ]
      `)
    const detached = node('Detached', 'StopGradient', { value: 'Guess.prediction' })
    expect(
      await collectFaults(
        changeGraph({ Error: { inputs: { prediction: from('Detached.value') } } }, detached),
      ),
    ).toMatchInlineSnapshot(`
      [
        "End.loss: Expected a loss that depends on the weights in training, got one that does not. | Connect \`model\` of TrainingStart to Predict, instead of the model that goes into TrainingStart.",
      ]
    `)
  })

  test('a prediction of the wrong kind', async () => {
    const other = node('Other net', 'MLP', {}, { predicts: 'v_prediction' })
    expect(
      await collectFaults(
        changeGraph({ Truth: { inputs: { model: from('Other net.model') } } }, other),
      ),
    ).toMatchInlineSnapshot(`
      [
        "Error.target: Expected target of the kind of prediction, epsilon, got v_prediction. | Make both of one kind, with Target or ConvertPrediction.",
      ]
    `)
  })

  test('an unknown node', async () => {
    const unknown = node('Strange', 'HyperDiffuser', {})
    expect(
      await collectFaults(
        changeGraph({ Picture: { inputs: { samples_1: from('Strange.image') } } }, unknown),
      ),
    ).toMatchInlineSnapshot(`
      [
        "Strange: Unknown node type diffusion/HyperDiffuser. | Load the node pack that has it, or delete the node.",
      ]
    `)
  })

  test('bad params', async () => {
    const changes = {
      Adam: { params: { lr: 'fast' } },
      Net: { params: { hidden: 0 } },
      Schedule: { params: { beta_schedule: 'quadratic' } },
    }
    expect(await collectFaults(changeGraph(changes))).toMatchInlineSnapshot(`
      [
        "Schedule.beta_schedule: Expected beta_schedule to be one of linear, linear_openai, scaled_linear, squaredcos_cap_v2, sigmoid, sigmoid_alpha_bar, exp, laplace, sqrt, warmup10, warmup50, const, jsd, betas, alpha_bars, formula, got "quadratic". | Set it to one of linear, linear_openai, scaled_linear, squaredcos_cap_v2, sigmoid, sigmoid_alpha_bar, exp, laplace, sqrt, warmup10, warmup50, const, jsd, betas, alpha_bars, formula. The default is linear.",
        "Net.hidden: Expected hidden to be an integer from 1 to 4096, got 0. | Set it to an integer from 1 to 4096. The default is 128.",
        "Adam.lr: Expected lr to be a number from 0 to 10, got "fast". | Set it to a number from 0 to 10. The default is 0.001.",
      ]
    `)
  })

  test('a checkpoint that is not here', async () => {
    const sha256 = '0'.repeat(64)
    const load = node(
      'Load',
      'LoadCheckpoint',
      {},
      { checkpoint: { name: 'moons.zip', size: 10, sha256 } },
    )
    expect(
      await collectFaults(
        changeGraph({ Samples: { inputs: { model: from('Load.model') } } }, load),
      ),
    ).toMatchInlineSnapshot(`
        [
          "Load.checkpoint: The checkpoint "moons.zip" (SHA-256 000000000000...) is not stored here. | Drop it here, or choose another checkpoint.",
        ]
      `)
  })
})
