// A graph for PyTorch as a ZIP: the program or notebook, and the files that it needs.
import type { Graph } from '../../engine/plan/graph.ts'
import type { Assets, Ops } from '../../engine/plan/op.ts'
import { exportTorch, NOTEBOOK, PROGRAM, toScript, type TorchProgram } from './export.ts'
import { zipFiles, type Companion } from './files.ts'
import { toNotebook } from './notebook.ts'

/**
 * Returns the ZIP; with `notes` it has a notebook instead of a program.
 * @throws GraphError as `exportTorch` does
 */
export async function packTorch(
  graph: Graph,
  ops: Ops,
  assets: Assets,
  {
    notes,
    ...text
  }: {
    title?: string | undefined
    about?: string | undefined
    notes?: readonly string[]
  },
): Promise<Uint8Array<ArrayBuffer>> {
  return packProgram(await exportTorch(graph, ops, assets, text), notes)
}

/** The ZIP of a program, or of a notebook with notes. */
export function packProgram(
  program: TorchProgram,
  notes?: readonly string[],
): Uint8Array<ArrayBuffer> {
  const encode = (contents: string) => new TextEncoder().encode(contents)
  const main: Companion = notes
    ? { name: NOTEBOOK, bytes: encode(toNotebook(program, notes)) }
    : { name: PROGRAM, bytes: encode(toScript(program)) }
  return zipFiles([main, ...program.files]) as Uint8Array<ArrayBuffer>
}
