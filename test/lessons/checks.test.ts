// Checks of lessons on small graphs: each kind of statement with a graph that passes and one that
// fails, and students' graphs that lack something.
import { describe, expect, test } from 'vitest'
import type { Graph } from '../../src/engine/plan/graph.ts'
import { createGraphRunner } from '../../src/hosts/cli/lessons/runGraph.ts'
import { declared } from '../../src/hosts/cli/nodeTypes.ts'
import { partLeadingTo } from '../../src/lessons/graphParts.ts'
import { readLesson, type Task } from '../../src/lessons/lesson.ts'
import { runChecks } from '../../src/lessons/runChecks.ts'
import { node } from '../nodes/evaluate.ts'
import { trainingGraph } from '../trainingGraph.ts'

const run = createGraphRunner()

/** Nodes whose titles are their ids. */
const graph = (...nodes: ReturnType<typeof node>[]): Graph => ({
  nodes: nodes.map((each) => ({ ...each, title: each.id })),
})

const reference = graph(
  node('Data', 'Points', {}, { distribution: 'moons', count: 32 }),
  node('Noise', 'GaussianNoise', { like: 'Data.x_0' }, { seed: 4 }),
  node('Schedule', 'NoiseSchedule', {}, { beta_schedule: 'linear' }),
  node('t', 'RandomTimesteps', { like: 'Data.x_0', schedule: 'Schedule.schedule' }, { seed: 5 }),
  node('Jump', 'ForwardNoise', {
    x_0: 'Data.x_0',
    t: 't.t',
    noise: 'Noise.noise',
    schedule: 'Schedule.schedule',
  }),
)

const student = (expression: string) =>
  graph(
    node('Data', 'Points', {}, { distribution: 'spiral', count: 16 }),
    node('Noise', 'GaussianNoise', { like: 'Data.x_0' }, { seed: 1 }),
    node('Schedule', 'NoiseSchedule', {}, { beta_schedule: 'squaredcos_cap_v2' }),
    node('Now', 'Timestep', { schedule: 'Schedule.schedule' }, { t: 300 }),
    node(
      'Mine',
      'Formula',
      { t: 'Now.t', schedule: 'Schedule.schedule', a: 'Data.x_0', b: 'Noise.noise' },
      { expression, output: 'samples' },
    ),
    node('View', 'Scatter', { samples_1: 'Mine.result' }),
  )

async function verdicts(body: string, given: Graph) {
  const { parts } = readLesson(
    'lesson.md',
    `# A\n\n\`\`\`lesson\nminutes: 1\n\`\`\`\n\n\`\`\`task a\ndo: x\n${body}\n\`\`\`\n`,
  )
  const task = parts.find((part): part is Task => part.kind === 'task')!
  return runChecks(task.checks, given, {
    declared,
    reference: async () => reference,
    seed: 'a test',
    run,
  })
}

const one = async (body: string, given: Graph) => (await verdicts(body, given))[0]

const formula = `check: formula Mine.result equals Jump.x_t of reference.json within 0.00001
replace: Data.x_0 by Data.x_0
replace: Noise.noise by Noise.noise
replace: Now.t by t.t
replace: Schedule.schedule by Schedule.schedule
draws: 2
hint: Use both factors.`

describe('a formula', () => {
  test('passes if it is right for hidden inputs, in any form', async () => {
    for (const expression of ['alpha * a + sigma * b', 'sqrt(1 - sigma^2) * a + sigma * b'])
      expect(await one(formula, student(expression))).toMatchObject({ passed: true, hint: '' })
  })

  test('that is right for the visible inputs only fails with its hint', async () => {
    // The factors at t = 300 of the visible schedule.
    expect(await one(formula, student('0.886 * a + 0.464 * b'))).toMatchObject({
      passed: false,
      hint: 'Use both factors.',
    })
    expect(await one(formula, student('a'))).toMatchObject({ passed: false })
  })

  test('with an error fails, and tells which', async () => {
    const { passed, described } = await one(formula, student('alpha * '))
    expect(passed).toBe(false)
    expect(described).toMatch(/[a-z]{4}/)
  })

  test('that ignores its inputs fails', async () => {
    const given = student('a')
    const constant: Graph = {
      nodes: given.nodes.map((each) =>
        each.id === 'Mine' ? { ...each, inputs: { a: { node: 'Noise', slot: 'noise' } } } : each,
      ),
    }
    expect(await one(formula, constant)).toMatchObject({ passed: false })
  })
})

describe('a measured value', () => {
  const data = student('3 + 0 * a')

  test.each([
    ['measure Mine.result at most 3.001', true],
    ['measure Mine.result at most 2.9', false],
    ['measure Mine.result at least 2.9', true],
    ['measure std of Mine.result between 0 and 0.001', true],
    ['measure std of Data.x_0 between 0.8 and 1.2', true],
    ['measure largest_size of Mine.result minus Mine.result at most 0', true],
    ['measure largest_size of Mine.result minus Data.x_0 at most 0.1', false],
    ['measure item 1 of Mine.result between 2.99 and 3.01', true],
    ['measure item 99999 of Mine.result at least 0', false],
    ['measure rms of Mine.result at least 4', false],
  ])('%s: %s', async (statement, passed) =>
    expect(await one(`check: ${statement}\nhint: h`, data)).toMatchObject({
      passed,
      hint: passed ? '' : 'h',
    }),
  )

  test('can be measured with other params', async () => {
    const sum = student('mean(sigma) + 0 * a')
    const body = (t: number) => `check: measure Mine.result at most 0.3\nset: Now.t = ${t}\nhint: h`
    expect(await one(body(100), sum)).toMatchObject({ passed: true })
    expect(await one(body(900), sum)).toMatchObject({ passed: false })
  })
})

describe('the structure of a graph', () => {
  const given = student('a')

  test.each([
    ['wire Data.x_0 to Mine.a', true],
    ['wire Noise.noise to Mine.a', false],
    ['wire Mine.result to View.samples', true],
    ['wire Noise.noise carries noise', true],
    ['wire Noise.noise carries prediction', false],
    ['node Formula', true],
    ['node Formula at least 2', false],
    ['no node UNet', true],
    ['no node Formula', false],
    ['param Now.t is 300', true],
    ['param Now.t is 301', false],
    ['param Now.t at most 300', true],
    ['param Data.distribution is spiral', true],
    ['param Data.distribution is moons', false],
    // The default of a param that the file does not contain.
    ['param Data.seed is 0', true],
  ])('%s: %s', async (statement, passed) =>
    expect(await one(`check: ${statement}\nhint: h`, given)).toMatchObject({ passed }),
  )

  test('the prediction type of a network is known without a training', async () => {
    const network = graph(node('Network', 'MLP', {}, { predicts: 'v_prediction' }))
    const body = (type: string) => `check: wire Network.model carries ${type}\nhint: h`
    expect(await one(body('v_prediction'), network)).toMatchObject({ passed: true })
    expect(await one(body('epsilon'), network)).toMatchObject({ passed: false })
    expect(await one(body('model'), network)).toMatchObject({ passed: true })
  })
})

describe('the loss of a training', () => {
  const { nodes } = trainingGraph(5)
  const end = nodes.find(({ op }) => op === 'diffusion/TrainingEnd')!.id
  const titled: Graph = { nodes: nodes.map((each) => ({ ...each, title: each.id })) }

  test('is that after the given steps', async () => {
    const body = (most: number) => `check: loss of ${end} at most ${most} after 12 steps\nhint: h`
    expect(await one(body(1000), titled)).toMatchObject({ passed: true })
    expect(await one(body(0.000001), titled)).toMatchObject({ passed: false })
  })

  test('of a node that is no training is a problem that is told', async () => {
    const { passed, described } = await one(
      'check: loss of Data at most 1 after 5 steps\nhint: h',
      student('a'),
    )
    expect([passed, described]).toEqual([false, '“Data” is not the End of a training.'])
  })
})

describe('a graph of a student', () => {
  test.each([
    ['without a node', 'measure Gone.x at most 1', 'There is no node “Gone” in the workflow.'],
    ['without a param', 'param Now.speed is 1', 'Now has no param speed.'],
    ['without a node to set', 'measure Mine.result at most 1\nset: Gone.t = 1', 'Gone'],
    ['without a slot', 'measure Mine.nothing at most 1', 'nothing'],
  ])('%s fails with the reason', async (_, statement, reason) => {
    const { passed, described, hint } = await one(`check: ${statement}\nhint: h`, student('a'))
    expect(passed).toBe(false)
    expect(described).toContain(reason)
    expect(hint).toBe('h')
  })

  test('with two nodes of one title fails with the reason', async () => {
    const given = student('a')
    const twice = { nodes: [...given.nodes, { ...given.nodes[0], id: 'other' }] }
    const { described } = await one('check: param Data.count is 16\nhint: h', twice)
    expect(described).toContain('Several nodes have the title “Data”.')
  })

  test('runs only what leads to the check', () => {
    const part = partLeadingTo(student('a'), ['Noise'])
    expect(part.nodes.map(({ id }) => id)).toEqual(['Data', 'Noise'])
  })

  test('keeps both ends of a loop that a check needs', () => {
    const { nodes } = trainingGraph(5)
    const start = nodes.find(({ op }) => op === 'diffusion/TrainingStart')!.id
    const ops = partLeadingTo({ nodes }, [start]).nodes.map(({ op }) => op)
    expect(ops).toContain('diffusion/TrainingEnd')
    expect(ops).toContain('diffusion/Loss')
  })
})
