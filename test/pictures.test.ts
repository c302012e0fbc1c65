// The ready workflow for own images accepts every output of the import dialog.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { writeImages } from '../src/engine/datasets/file.ts'
import { toDeclaration, opTable } from '../src/engine/plan/op.ts'
import { createSession } from '../src/engine/plan/session.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import type { Event } from '../src/engine/protocol.ts'
import { createAssets } from '../src/storage/assets.ts'
import { createStoredFiles } from '../src/storage/storedFiles.ts'
import { shippedInNode } from '../src/storage/shippedInNode.ts'
import { nodes } from '../src/nodes/table.ts'
import { parseWorkflow, toGraph } from '../src/workflow/index.ts'
import { onCpu } from './backends.ts'

const declarations = nodes.map(toDeclaration)

/** Summary of the network in workflows/own-images.json, or its faults, for images of this shape. */
async function networkFor(shape: [number, number, number]) {
  const kept = createStoredFiles(memoryStore())
  const images = new Uint8Array(3 * shape[0] * shape[1] * shape[2])
  const file = await kept.put(
    'mine',
    writeImages({ name: 'mine', images, shape: [3, ...shape], max: 255 }),
  )
  const graph = toGraph(
    parseWorkflow(readFileSync('workflows/own-images.json', 'utf8'), declarations).workflow,
    declarations,
  )
  graph.nodes.find(({ op }) => op === 'diffusion/Images')!.params.images = file
  const unet = graph.nodes.find(({ op }) => op === 'diffusion/UNet')!
  const events: Event[] = []
  const session = createSession({
    ops: opTable(nodes),
    assets: createAssets(createStoredFiles(memoryStore()), kept, shippedInNode()),
    onEvent: (event) => events.push(event),
  })
  await session.run({ type: 'run', run: 1, graph, targets: [unet.id] })
  await session.dispose()
  return {
    faults: events.flatMap((event) => (event.type === 'faults' ? event.faults : [])),
    rows: events.flatMap((event) =>
      event.type === 'view' && event.node === unet.id && event.view.kind === 'rows'
        ? event.view.rows
        : [],
    ),
  }
}

onCpu(() => {
  test.each([8, 16, 28, 32, 64].flatMap((side) => [[side, 1] as const, [side, 3] as const]))(
    'the workflow for own images accepts %i pixels and %i channels',
    async (side, channels) => {
      const { faults, rows } = await networkFor([side, side, channels])
      expect(faults).toEqual([])
      expect(rows[0]).toEqual([`${side} x ${side}`, '32 channels'])
      expect(rows.some(([, text]) => String(text).includes('attention'))).toBe(true)
    },
  )
})
