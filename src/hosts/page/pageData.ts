// Data sets of the package that pages in one file need in addition to the template.
import type { ShippedFile } from '../../engine/plan/op.ts'
import { mnistFiles } from '../../storage/shippedFiles.ts'
import type { WorkflowFile } from '../../workflow/file.ts'

/** Files that nodes fetch when they run. The digits are part of the template. */
const filesOfTypes: Readonly<Record<string, readonly ShippedFile[]>> = {
  'diffusion/MNIST': mnistFiles,
  'diffusion/Emoji': ['emoji'],
}

/** The files that a workflow needs. */
export function findPageData({ nodes, subgraphs = [] }: WorkflowFile): ShippedFile[] {
  const types = new Set(
    [nodes, ...subgraphs.map(({ inside }) => inside.nodes)].flat().map(({ type }) => type),
  )
  return Object.entries(filesOfTypes).flatMap(([type, files]) =>
    types.has(type) ? [...files] : [],
  )
}
