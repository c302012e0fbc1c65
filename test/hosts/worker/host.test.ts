// Host application with its own litegraph and the engine in the same page.
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { expect, test } from 'vitest'
import type { OutputFile } from '../../../src/engine/plan/op.ts'
import { toDeclaration } from '../../../src/engine/plan/op.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { registerWith } from '../../../src/hosts/worker/register.ts'
import { workflowOf } from '../../workflowOf.ts'
import { node } from '../../nodes/evaluate.ts'
import { readPngWorkflow } from '../../../src/workflow/pngRead.ts'

test('images embed the workflow and the seeds of the run, and reproduce it', async () => {
  const host = registerWith(LiteGraph, nodes.map(toDeclaration), { engine: 'page', backend: 'cpu' })
  const graph = new LGraph()
  host.load(
    graph,
    workflowOf({
      nodes: [
        node(
          'Noise',
          'GaussianNoise',
          {},
          { batch_size: 2, shape: '4, 4, 1', seed: 3, seed_control: 'increment' },
        ),
        node('Save', 'SaveImage', { images: 'Noise.noise' }),
      ],
    }),
  )
  const made = async () => {
    const files: OutputFile[] = []
    const { faults } = await host.run(graph, {
      onEvent: (event) => event.type === 'file' && files.push(event.file),
    })
    expect(faults).toEqual([])
    return files[0].bytes
  }
  const first = await made()
  const inside = readPngWorkflow(first)
  expect(JSON.parse(inside).nodes[0].properties).toMatchObject({ seed: 4, seed_control: 'fixed' })
  expect(await made()).not.toEqual(first)
  host.load(graph, inside)
  expect(await made()).toEqual(first)
  host.unregister()
})
