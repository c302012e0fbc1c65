// Prompts and menus for a single value of a node: its title, a param, a file.
import type { LGraphGroup, LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import type { StoredFileKind } from '../../engine/protocol.ts'
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import {
  getControl,
  isNumeric,
  readControlValue,
  readTypedNumber,
} from '../../workflow/controlSpec.ts'
import { addStoredFile } from '../drops/files.ts'
import { byType } from '../graph/declarations.ts'
import { TITLE } from '../graph/nodeSize.ts'
import { isBorderNode } from '../graph/borderNodes.ts'
import type { RunningServices } from '../running/services.ts'
import { runState } from '../running/state.ts'
import { texts, translateMessage, valueText } from '../texts/texts.ts'
import type { Point } from '../ui/geometry.ts'
import { showMenu, showPrompt } from '../ui/state.ts'
import type { WorkspaceServices } from '../workspace/services.ts'

const isGroup = (what: LGraphNode | LGraphGroup): what is LGraphGroup => !('id' in what)

/** Asks for the title of a node or group, at a point of the page or at its title bar. */
export function askTitle(
  { stage, workspace }: WorkspaceServices,
  what: LGraphNode | LGraphGroup,
  page?: Point,
) {
  if (!isGroup(what) && isBorderNode(what)) return
  const top = what.pos[1] - (isGroup(what) ? 0 : TITLE)
  const usual = isGroup(what)
    ? texts.commands.groupTitle
    : (byType.get(what.type)?.title ?? what.title)
  showPrompt({
    at: page ?? stage.toPage([what.pos[0], top]),
    title: texts.commands.rename,
    value: isGroup(what) ? what.title : what.getTitle(),
    multiline: false,
    numeric: false,
    answer: (title) =>
      workspace.editNodes(() => (what.title = title.trim().slice(0, 120) || usual)),
  })
}

/** Asks for the value of a number, seed or text. */
export function askParam(
  { workspace }: WorkspaceServices,
  node: DiffusionNode,
  param: string,
  at: Point,
) {
  const spec = node.diffusion.declaration.params[param]
  const control = spec && getControl(spec)
  const value = valueText(spec, node.properties[param])
  showPrompt({
    at,
    title: param,
    value,
    multiline: control?.kind === 'text' && control.multiline,
    numeric: isNumeric(control),
    ...(isNumeric(control) && {
      problemWith(text: string) {
        const { problem } = readTypedNumber(control, text)
        return problem && translateMessage(problem)
      },
    }),
    answer(text) {
      const next = control && readControlValue(control, text)
      if (next !== undefined) workspace.setParam(node, param, next)
    },
  })
}

/** Offers the stored files of a kind for a param. */
export async function offerStoredFiles(
  services: RunningServices,
  node: DiffusionNode,
  param: string,
  what: StoredFileKind,
  at: Point,
) {
  const { files, workspace } = services
  await files.refresh(what)
  const set = (value: unknown) => workspace.setParam(node, param, value)
  const current = node.properties[param] as { sha256?: string } | null
  showMenu({
    at,
    title: param,
    items: [
      ...runState.storedFiles[what].value.map((file) => ({
        label: file.name,
        checked: file.sha256 === current?.sha256,
        run: () => set({ ...file }),
      })),
      { label: texts.panel.none, checked: !current, run: () => set(null) },
      'rule',
      {
        label: texts.panel.addFile,
        run: () => void addStoredFile(services, what).then((added) => added && set(added)),
      },
    ],
  })
}
