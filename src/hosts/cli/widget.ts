// The `widget` command: writes the widget of notebooks with its engine to one module.
import { writeFileAtomically } from '../../storage/atomicFile.ts'
import type { Arguments } from './arguments.ts'
import { readBuiltText, readEngine, type BuiltFiles } from './builtFiles.ts'
import { statuses, type ExitStatus } from '../node/status.ts'

/**
 * Writes the widget. Unlike standalone/widget.js it needs no other file, so that its text alone can
 * be sent to a notebook, which has no address for it.
 * @throws CommandError if the package was not built
 */
export async function writeWidget(
  { out }: Arguments<'widget'>,
  built: BuiltFiles,
): Promise<ExitStatus> {
  const licences = await readBuiltText(built.licences)
  const module = `/*! litegraph-diffusion as a widget of notebooks (anywidget). It contains these packages:

${licences.replaceAll('*/', '* /')}*/
${await readBuiltText(built.script)}
const engine = ${JSON.stringify(await readEngine(built.engine))}
const { createFigure, createWidget } = globalThis.LiteGraphDiffusion

export const figure = (workflow, options) => createFigure(workflow, { engine, ...options })
export default createWidget(engine)
`
  await writeFileAtomically(out, module)
  return statuses.done.code
}
