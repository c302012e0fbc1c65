// Row of a run in the table.
import { texts, translateWorkflow } from '../texts/texts.ts'
import { IconButton, MenuButton } from '../ui/buttons.tsx'
import * as format from '../ui/format.ts'
import { icons } from '../ui/icons.tsx'
import { runActions, selectRuns } from './actions.ts'
import { Thumbnail } from './blobImage.tsx'
import type { Run } from './record.ts'
import { lossText, runChangesText, seedsText, runFault } from './runText.ts'
import { useRuns } from './services.ts'
import { selectedRuns, toggleSelected } from './state.ts'

interface RunRowProps {
  run: Run
  /** 0 if the row is in the tab order, otherwise -1. */
  tab: number
  onFocus: () => void
}

export function RunRow({ run, tab, onFocus }: RunRowProps) {
  const editor = useRuns()
  const words = texts.runs
  const when = format.dateTime(run.when)
  const name = translateWorkflow(run.name)
  return (
    <tr
      data-run={run.id}
      tabIndex={tab}
      aria-label={`${when} ${name}`}
      onFocusIn={onFocus}
      onDblClick={() => selectRuns([run.id])}
    >
      <td>
        <input
          type="checkbox"
          tabIndex={tab}
          aria-label={words.choose(when)}
          checked={selectedRuns.value.has(run.id)}
          onChange={() => toggleSelected(run.id)}
        />
      </td>
      <td>
        <StarButton run={run} tab={tab} />
      </td>
      <td class="when">
        <Outcome run={run} />
        {when}
      </td>
      <td class="name">{name}</td>
      <ChangesCell run={run} />
      <SeedsCell run={run} />
      <td class="number">{lossText(run)}</td>
      <td class="number">{format.time(run.seconds)}</td>
      <td class="sample">{run.thumbnail && <Thumbnail image={run.thumbnail} />}</td>
      <td>
        <MenuButton
          class="icon small"
          tabIndex={tab}
          label={texts.drawer.more(`${name} ${when}`)}
          icon={<icons.more />}
          menu={() => ({ items: runActions(editor, run) })}
        />
      </td>
    </tr>
  )
}

function Outcome({ run }: { run: Run }) {
  const { outcome } = run
  const label = texts.runs.outcomes[outcome]
  return (
    <span class={`outcome ${outcome}`} title={runFault(run) || label}>
      <span class="hidden">{label}</span>
    </span>
  )
}

function ChangesCell({ run }: { run: Run }) {
  const words = texts.runs
  const changes = runChangesText(run)
  return (
    <td class="changed" title={changes}>
      {changes || <span class="faint">{run.changed ? words.nothingChanged : words.first}</span>}
      {run.note && <span class="note">{run.note}</span>}
      {run.fault && <span class="wrong">{runFault(run)}</span>}
    </td>
  )
}

function SeedsCell({ run }: { run: Run }) {
  const seeds = run.seeds.map(({ title, param, value }) => `${title}.${param}: ${value}`)
  return (
    <td class="number seed" title={seeds.join('\n')}>
      {seedsText(run)}
    </td>
  )
}

function StarButton({ run: { id, star }, tab }: { run: Run; tab: number }) {
  const { runs } = useRuns()
  return (
    <IconButton
      class={star ? 'icon small star on' : 'icon small star'}
      tabIndex={tab}
      label={texts.runs.star}
      icon={<icons.star />}
      pressed={star}
      onClick={() => void runs.change(id, { star: !star })}
    />
  )
}
