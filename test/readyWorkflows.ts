// The ready workflows with their test settings.
import { readdirSync, readFileSync } from 'node:fs'
import { writeImages } from '../src/engine/datasets/file.ts'
import type { Graph } from '../src/engine/plan/graph.ts'
import { toDeclaration } from '../src/engine/plan/op.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import { createStoredFiles } from '../src/storage/storedFiles.ts'
import { applySettings } from '../src/workflow/settings.ts'
import { nodes } from '../src/nodes/table.ts'
import type { WorkflowFile } from '../src/workflow/index.ts'
import { parseWorkflow, toGraph } from '../src/workflow/index.ts'

export const declarations = nodes.map(toDeclaration)

export const workflowNames = readdirSync('workflows').flatMap(
  (file) => /^(.*)\.json$/.exec(file)?.[1] ?? [],
)

export const workflowText = (name: string) => readFileSync(`workflows/${name}.json`, 'utf8')

export const readWorkflow = (name: string): WorkflowFile =>
  parseWorkflow(workflowText(name), declarations).workflow

type Settings = Record<string, unknown>
export const testSettings = (file: WorkflowFile) => file.extra.diffusion!.test as Settings

/** A data set of two classes of stripes in place of the user's images. */
export const datasets = createStoredFiles(memoryStore())
const stripes = await datasets.put(
  'stripes',
  writeImages({
    name: 'stripes',
    images: Uint8Array.from({ length: 24 * 16 * 16 * 3 }, (_, i) => {
      const [image, y, x] = [Math.floor(i / 768), Math.floor(i / 48) % 16, Math.floor(i / 3) % 16]
      return 40 * (((image % 2 ? x : y) + image) % 6)
    }),
    shape: [24, 16, 16, 3],
    max: 255,
    labels: Int32Array.from({ length: 24 }, (_, i) => i % 2),
    classNames: ['lying', 'upright'],
  }),
)

/** Returns the graph of a workflow with its test settings; `settings` override them. */
export function testGraph(file: WorkflowFile, settings: Settings = {}): Graph {
  const graph = applySettings(
    toGraph(file, declarations),
    { ...testSettings(file), ...settings },
    declarations,
  )
  for (const { op, params } of graph.nodes) if (op === 'diffusion/Images') params.images ??= stripes
  return graph
}
