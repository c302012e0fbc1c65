// The editor in another page: its messages, its scrolling, and the loop that the address names.
import { readAddress, type Address } from '../drops/address.ts'
import { setParams } from '../drops/workflowSettings.ts'
import { ownTypes } from '../graph/declarations.ts'
import { TITLE } from '../graph/nodeSize.ts'
import type { RunningServices } from '../running/services.ts'
import { figureTexts } from '../texts/figureTexts.ts'
import { errorText, texts, translateMessage } from '../texts/texts.ts'
import { panelInsets } from '../ui/insets.ts'
import { showToast } from '../ui/state.ts'
import { presentFile } from '../workspace/state.ts'
import { createEditorFigure } from './editorFigure.ts'
import { listenToHost, loadText } from './embedApi.ts'
import { followFrameFocus } from './frameFocus.ts'
import { loadNamed } from './source.ts'
import { findZoneNodes } from './zone.ts'

/** Prepares an open editor for its place in another page. */
export async function embedEditor(editor: RunningServices, address: Address): Promise<void> {
  followFrameFocus()
  const problems = address.unreadable.map((part) => figureTexts().address.unreadable(part))
  await openNamed(editor, problems)
  if (address.zone !== undefined) showZone(editor, address.zone, problems)
  for (const problem of problems) showToast(texts.share.link, { text: problem, error: true })
  const { workspace } = editor
  listenToHost({
    figure: createEditorFigure(editor, address.zone),
    onlyShown: false,
    problems,
    load: async (source) => {
      await workspace.openText(await loadText(source, loadNamed), texts.untitled)
    },
  })
}

/** Opens what the address still names. */
async function openNamed({ workspace }: RunningServices, problems: string[]) {
  const { workflow, set } = readAddress(location.search)
  if (workflow === undefined) return
  try {
    await workspace.openText(await loadNamed(workflow), workflow)
  } catch (error) {
    problems.push(errorText(error))
    return
  }
  workspace.editWhole((whole) => {
    const done = setParams(whole, set, ownTypes)
    problems.push(...done.problems.map(translateMessage))
    return done.file === whole ? undefined : done.file
  })
}

/** Space around a loop, in CSS pixels. */
const MARGIN = 32
const MAX_SCALE = 1.5

/** Fits a loop into the free part of the canvas. */
function showZone({ stage }: Pick<RunningServices, 'stage'>, name: string, problems: string[]) {
  const ids = findZoneNodes(presentFile.value, name, ownTypes)
  const nodes = stage.nodes().filter(({ id }) => ids?.has(String(id)))
  if (nodes.length === 0) return void problems.push(figureTexts().address.noZone(name))
  const left = Math.min(...nodes.map(({ pos }) => pos[0]))
  const top = Math.min(...nodes.map(({ pos }) => pos[1] - TITLE))
  const right = Math.max(...nodes.map(({ pos, size }) => pos[0] + size[0]))
  const bottom = Math.max(...nodes.map(({ pos, size }) => pos[1] + size[1]))
  const insets = panelInsets()
  const width = Math.max(80, innerWidth - insets.left - insets.right - 2 * MARGIN)
  const height = Math.max(80, innerHeight - insets.top - insets.bottom - 2 * MARGIN)
  const scale = Math.min(MAX_SCALE, width / (right - left), height / (bottom - top))
  stage.setView({
    scale,
    offset: [
      (insets.left + MARGIN + width / 2) / scale - (left + right) / 2,
      (insets.top + MARGIN + height / 2) / scale - (top + bottom) / 2,
    ],
  })
}
