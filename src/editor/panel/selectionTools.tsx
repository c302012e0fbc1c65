// Actions on several selected nodes, as buttons: in the panel, and in a toolbar at the nodes.
import type { ComponentChildren } from 'preact'
import { CommandButton } from '../ui/buttons.tsx'
import type { CommandId } from '../ui/commands.ts'
import { icon } from '../ui/icons.tsx'
import { texts } from '../texts/texts.ts'
import './selectionTools.css'

/** A line, and two bars that are aligned with it. */
const bars = (line: string, long: string, short: string) =>
  icon(<path d={`${line} ${long} ${short}`} />)

const toolIcons = {
  alignLeft: () => bars('M2.5 2v12', 'M5 5.5h8.5', 'M5 10.5h5'),
  alignCentre: () => bars('M8 2v12', 'M3.5 5.5h9', 'M5.5 10.5h5'),
  alignRight: () => bars('M13.5 2v12', 'M2.5 5.5h8.5', 'M6 10.5h5'),
  alignTop: () => bars('M2 2.5h12', 'M5.5 5v8.5', 'M10.5 5v5'),
  alignMiddle: () => bars('M2 8h12', 'M5.5 3.5v9', 'M10.5 5.5v5'),
  alignBottom: () => bars('M2 13.5h12', 'M5.5 2.5v8.5', 'M10.5 6v5'),
  distributeAcross: () => bars('M2.5 3v10', 'M8 5v6', 'M13.5 3v10'),
  distributeDown: () => bars('M3 2.5h10', 'M5 8h6', 'M3 13.5h10'),
  connect: () =>
    icon(
      <>
        <circle cx="3.5" cy="8" r="1.8" />
        <circle cx="12.5" cy="8" r="1.8" />
        <path d="M5.3 8h5.4" />
      </>,
    ),
  mute: () => icon(<path d="M3 6v4h2.5L9 13V3L5.5 6H3ZM11.5 6l3 4M14.5 6l-3 4" />),
  bypass: () => icon(<path d="M2 11h2.5c1.5 0 1.5-6 3.5-6s2 6 3.5 6H14M12 9l2 2-2 2" />),
  group: () =>
    icon(<rect x="2.5" y="2.5" width="11" height="11" rx="2" stroke-dasharray="2.5 2" />),
  subgraph: () =>
    icon(
      <>
        <rect x="2.5" y="2.5" width="11" height="11" rx="2" />
        <rect x="5.5" y="5.5" width="5" height="5" rx="1" />
      </>,
    ),
  colour: () =>
    icon(
      <>
        <circle cx="8" cy="8" r="5.75" />
        <path d="M8 2.25v11.5A5.75 5.75 0 0 0 8 2.25Z" fill="currentColor" />
      </>,
    ),
  hideUnused: () =>
    icon(
      <>
        <path d="M6 4.5h8M6 8h8M6 11.5h8" />
        <path d="M2.5 3.5l2 2m0-2l-2 2" />
      </>,
    ),
  addViewer: () =>
    icon(
      <>
        <path d="M1.5 8S4 3.75 8 3.75 14.5 8 14.5 8 12 12.25 8 12.25 1.5 8 1.5 8Z" />
        <circle cx="8" cy="8" r="1.9" />
      </>,
    ),
  delete: () => icon(<path d="M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9" />),
} satisfies Partial<Record<CommandId, () => ComponentChildren>>

type SelectionTool = keyof typeof toolIcons

const arrange: readonly SelectionTool[] = [
  'alignLeft',
  'alignCentre',
  'alignRight',
  'alignTop',
  'alignMiddle',
  'alignBottom',
  'distributeAcross',
  'distributeDown',
]

const edit: readonly SelectionTool[] = [
  'connect',
  'mute',
  'bypass',
  'group',
  'subgraph',
  'colour',
  'delete',
]

const Tools = ({ tools }: { tools: readonly SelectionTool[] }) => (
  <>
    {tools.map((id) => {
      const Icon = toolIcons[id]
      return <CommandButton key={id} command={id} class="icon small" icon={<Icon />} />
    })}
  </>
)

/** Actions on one node that need no menu. */
export const NodeTools = () => (
  <div class="selection-tools" role="group" aria-label={texts.toolbox.label}>
    <Tools tools={['colour', 'hideUnused', 'addViewer']} />
  </div>
)

/** All actions, in two named groups. */
export const SelectionTools = () => (
  <div class="selection-tools">
    <div role="group" aria-label={texts.toolbox.edit}>
      <Tools tools={edit} />
    </div>
    <div role="group" aria-label={texts.toolbox.arrange}>
      <Tools tools={arrange} />
    </div>
  </div>
)
