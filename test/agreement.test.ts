// Agreement of backends on the first workflow: losses of the first steps, and samples from equal
// weights.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { wire } from '../src/engine/plan/graph.ts'
import { toDeclaration } from '../src/engine/plan/op.ts'
import { applySettings } from '../src/workflow/settings.ts'
import { nodes } from '../src/nodes/table.ts'
import { parseWorkflow, toGraph } from '../src/workflow/index.ts'
import { onEachBackend } from './backends.ts'
import { evaluate } from './nodes/evaluate.ts'

const declarations = nodes.map(toDeclaration)
const { workflow } = parseWorkflow(readFileSync('workflows/points.json', 'utf8'), declarations)
const graph = applySettings(
  toGraph(workflow, declarations),
  {
    ...(workflow.extra.diffusion!.test as object),
    'Training Start.steps': 20,
    'Training End.emit_every': 0,
  },
  declarations,
)
const findId = (op: string) => graph.nodes.find((node) => node.op === `diffusion/${op}`)!.id
/** Samples from the initial weights, which are equal on all backends. */
const untrained = graph.nodes.map((node) =>
  node.op === 'diffusion/Sampler'
    ? { ...node, inputs: { ...node.inputs, model: wire(findId('MLP'), 'model') } }
    : node,
)

async function results() {
  const { history } = await evaluate(graph.nodes, { history: `${findId('TrainingEnd')}.history` })
  const { x } = await evaluate(untrained, { x: `${findId('Sampler')}.x_0` })
  const { losses } = history as unknown as { losses: { data: Float32Array }[] }
  return { losses: losses.flatMap(({ data }) => [...data]), samples: [...x.tensor.data] }
}

const largestGap = (a: number[], b: number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i])))

let plain: Awaited<ReturnType<typeof results>> | undefined

onEachBackend((backend) => {
  test(
    'points: losses of 20 steps and samples from equal weights agree',
    { timeout: 60_000 },
    async () => {
      const here = await results()
      if (backend === 'cpu') plain = here
      expect(here.losses).toHaveLength(20)
      expect(here.samples.every(Number.isFinite)).toBe(true)
      expect(largestGap(here.losses, plain!.losses)).toBeLessThan(1e-4)
      expect(largestGap(here.samples, plain!.samples)).toBeLessThan(1e-3)
    },
  )
})
