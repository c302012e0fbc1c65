// The words for each mistake that people make, on the real nodes: what is wrong, where, and what to do.
import { expect, test } from 'vitest'
import type { GraphNode } from '../src/engine/plan/graph.ts'
import { opTable } from '../src/engine/plan/op.ts'
import { createSession } from '../src/engine/plan/session.ts'
import type { Fault } from '../src/engine/plan/fault.ts'
import { nodes as table } from '../src/nodes/table.ts'
import { onCpu } from './backends.ts'
import { node } from './nodes/evaluate.ts'
import { trainingGraph } from './trainingGraph.ts'

const ops = opTable(table)

/** Runs a graph; its faults as the editor shows them: node, slot or param, message, cure. */
async function faultsOf(nodes: GraphNode[], targets?: string[]): Promise<string[]> {
  const faults: Fault[] = []
  const session = createSession({ ops, onEvent: (event) => event.type === 'faults' && faults.push(...event.faults) })
  await session.run({ type: 'run', run: 1, graph: { nodes }, ...(targets && { targets }) })
  await session.dispose()
  return faults.map(
    (fault) =>
      `${fault.node}${fault.slot || fault.param ? `.${fault.slot ?? fault.param}` : ''}: ${fault.message} | ${fault.cure}`,
  )
}

/** The small training and sampling of points, with some nodes changed, added or left out. */
function changed(changes: Record<string, Partial<GraphNode> | undefined>, ...added: GraphNode[]): GraphNode[] {
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
const from = (wire: string) => node('', '', { x: wire }).inputs.x!

onCpu(() => {
  test('the graph they are made from has none', async () => {
    expect(await faultsOf(changed({}))).toEqual([])
  })

  test('a cycle', async () => {
    expect(await faultsOf(changed({ Noise: { inputs: { like: from('Forward.x_t') } } }))).toMatchInlineSnapshot(`
      [
        "Forward: These nodes wait for each other: Gaussian Noise -> Forward Noise -> Gaussian Noise. | Cut one of the wires; what is to come round again goes through the End of a loop.",
      ]
    `)
  })

  test('a body value used outside of its zone', async () => {
    expect(await faultsOf(changed({ Keep: { inputs: { model: from('Start.model') } } }))).toMatchInlineSnapshot(`
      [
        "Keep: Save Checkpoint uses a value from inside the loop of Training Start. | Take it from an output of Training End, after the last iteration.",
      ]
    `)
  })

  test('a second End; an End without Start', async () => {
    const second = node('End 2', 'TrainingEnd', { loop: 'Start.loop', loss: 'Error.loss' })
    expect(await faultsOf(changed({}, second, node('Look', 'Inspect', { value: 'End 2.model' })))).toMatchInlineSnapshot(`
      [
        "End 2.loop: Training Start has a second End. | Delete one of the two: a loop has one Start and one End.",
      ]
    `)
    const lone = node('End 2', 'SamplingEnd', { x_prev: 'x_T.noise' })
    expect(await faultsOf(changed({}, lone, node('Look', 'Inspect', { value: 'End 2.x_0' })))).toMatchInlineSnapshot(`
      [
        "End 2.loop: Sampling End has no Start. | Wire the loop output of a Sampling Start into it.",
      ]
    `)
  })

  test('a missing wire', async () => {
    const guess = changed({}).find(({ id }) => id === 'Guess')!
    const { t: _, ...inputs } = guess.inputs
    const nodes = changed({}).map((it) => (it.id === 'Guess' ? { ...it, inputs } : it))
    expect(await faultsOf(nodes)).toMatchInlineSnapshot(`
      [
        "Guess.t: Nothing is wired to t. | Wire a timestep into it.",
      ]
    `)
  })

  test('a wrong type and a wrong shape', async () => {
    expect(await faultsOf(changed({ Guess: { inputs: { t: from('Noise.noise') } } }))).toMatchInlineSnapshot(`
      [
        "Guess.t: t takes a timestep, but noise of Gaussian Noise is noise. | Wire a timestep into it.",
      ]
    `)
    expect(await faultsOf(changed({ Forward: { inputs: { noise: from('x_T.noise') } } }))).toMatchInlineSnapshot(`
      [
        "Forward.noise: Expected the shape of x_0, [32,2], got [64,2]. | Make noise and x_0 from the same batch.",
      ]
    `)
    const other = node('Other time', 'RandomTimesteps', { like: 'x_T.noise', schedule: 'Schedule.schedule' })
    expect(await faultsOf(changed({ Guess: { inputs: { t: from('Other time.t') } } }, other))).toMatchInlineSnapshot(`
      [
        "Guess.t: Expected one timestep per item: [32], got [64]. | Take t and x_t from the same batch.",
      ]
    `)
  })

  test('a loss that does not reach the model', async () => {
    expect(await faultsOf(changed({ Guess: { inputs: { model: from('Net.model') } } }))).toMatchInlineSnapshot(`
      [
        "End.loss: The loss does not depend on the model that TrainingStart gives, so there is nothing to train. | Wire \`model\` of TrainingStart to Predict, in place of the model that enters the zone.",
      ]
    `)
    const detached = node('Detached', 'StopGradient', { value: 'Guess.prediction' })
    expect(await faultsOf(changed({ Error: { inputs: { prediction: from('Detached.value') } } }, detached)))
      .toMatchInlineSnapshot(`
      [
        "End.loss: The loss does not depend on the model that TrainingStart gives, so there is nothing to train. | Wire \`model\` of TrainingStart to Predict, in place of the model that enters the zone.",
      ]
    `)
  })

  test('a prediction of the wrong kind', async () => {
    const other = node('Other net', 'MLP', {}, { predicts: 'v_prediction' })
    expect(await faultsOf(changed({ Truth: { inputs: { model: from('Other net.model') } } }, other))).toMatchInlineSnapshot(`
      [
        "Error.target: prediction is "epsilon" and target is "v_prediction": they cannot be taken from each other. | Make both of one kind, with Target or with ConvertPrediction.",
      ]
    `)
  })

  test('an unknown node', async () => {
    const unknown = node('Strange', 'HyperDiffuser', {})
    expect(await faultsOf(changed({ Picture: { inputs: { samples_1: from('Strange.image') } } }, unknown)))
      .toMatchInlineSnapshot(`
      [
        "Strange: Unknown node type diffusion/HyperDiffuser. | Load the pack that has it, or delete the node.",
      ]
    `)
  })

  test('bad params', async () => {
    const changes = {
      Adam: { params: { lr: 'fast' } },
      Net: { params: { hidden: 0 } },
      Schedule: { params: { beta_schedule: 'quadratic' } },
    }
    expect(await faultsOf(changed(changes))).toMatchInlineSnapshot(`
      [
        "Schedule.beta_schedule: beta_schedule: expected one of linear, linear_openai, scaled_linear, squaredcos_cap_v2, sigmoid, sigmoid_alpha_bar, exp, laplace, sqrt, warmup10, warmup50, const, jsd, got "quadratic". | Set it to one of linear, linear_openai, scaled_linear, squaredcos_cap_v2, sigmoid, sigmoid_alpha_bar, exp, laplace, sqrt, warmup10, warmup50, const, jsd; the default is linear.",
        "Net.hidden: hidden: expected an integer from 1 to 4096, got 0. | Set it to an integer from 1 to 4096; the default is 128.",
        "Adam.lr: lr: expected a number from 0 to 10, got "fast". | Set it to a number from 0 to 10; the default is 0.001.",
      ]
    `)
  })

  test('a checkpoint that is not here', async () => {
    const sha256 = '0'.repeat(64)
    const load = node('Load', 'LoadCheckpoint', {}, { checkpoint: { name: 'moons.zip', size: 10, sha256 } })
    expect(await faultsOf(changed({ Samples: { inputs: { model: from('Load.model') } } }, load))).toMatchInlineSnapshot(`
      [
        "Load.checkpoint: The checkpoint "moons.zip" (SHA-256 000000000000...) is not here. | Drop it here, or choose another checkpoint.",
      ]
    `)
  })
})
