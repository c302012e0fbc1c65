// Tools above the table of runs: filters, sweeps, comparison and deletion of selected runs.
import { texts } from '../texts/texts.ts'
import { IconButton, MenuButton } from '../ui/buttons.tsx'
import * as format from '../ui/format.ts'
import { icons } from '../ui/icons.tsx'
import { deleteRuns, selectRuns } from './actions.ts'
import { belongsTo } from './record.ts'
import type { RunHistory } from './runHistory.ts'
import { sweepTitle } from './runText.ts'
import { useRuns } from './services.ts'
import { filterScope, filterText, runFilter, selectedRuns, starredOnly } from './state.ts'
import { isSweepActive, showSweep } from './sweepRunner.ts'

export function RunsTools() {
  const editor = useRuns()
  const runs = editor.runs.all.value ?? []
  const ids = runs.filter(({ id }) => selectedRuns.value.has(id)).map(({ id }) => id)
  return (
    <div class="runs-tools">
      <FilterFields />
      <SweepsButton history={editor.runs} />
      <span class="gap" />
      <button
        type="button"
        class="button outline small"
        disabled={ids.length < 2}
        // The oldest run is first: the others are compared with it.
        onClick={() => selectRuns(ids.toReversed())}
      >
        {texts.runs.compare(ids.length)}
      </button>
      <button
        type="button"
        class="button small danger"
        disabled={ids.length === 0}
        onClick={() => void deleteRuns(editor, ids)}
      >
        {texts.drawer.delete}
      </button>
    </div>
  )
}

function FilterFields() {
  const words = texts.runs
  return (
    <>
      <select
        class="field"
        aria-label={words.scope}
        value={filterScope.value}
        onChange={(event) => (filterScope.value = event.currentTarget.value as 'this' | 'all')}
      >
        <option value="this">{words.scopes.this}</option>
        <option value="all">{words.scopes.all}</option>
      </select>
      <input
        class="field"
        type="search"
        aria-label={words.filter}
        placeholder={words.filter}
        value={filterText.value}
        onInput={(event) => (filterText.value = event.currentTarget.value)}
      />
      <IconButton
        class="icon small"
        label={words.starredOnly}
        icon={<icons.star />}
        pressed={starredOnly.value}
        onClick={() => (starredOnly.value = !starredOnly.value)}
      />
    </>
  )
}

/** Menu of the sweeps that have runs or are in the queue. */
function SweepsButton({ history }: { history: RunHistory }) {
  const { workflow } = runFilter.value
  const used = new Set(history.all.value?.map(({ sweep }) => sweep?.id))
  const sweeps = history.sweeps.value.filter(
    (sweep) =>
      (used.has(sweep.id) || isSweepActive(sweep)) &&
      (!workflow || belongsTo(sweep, workflow.id, workflow.name)),
  )
  if (sweeps.length === 0) return null
  const { sweep: words } = texts.runs
  const items = () =>
    sweeps.map((sweep) => ({
      label: sweepTitle(sweep),
      about: format.dateTime(sweep.when),
      run: () => showSweep(sweep.id),
    }))
  return (
    <MenuButton
      class="small"
      label={words.all}
      icon={words.all}
      menu={() => ({ title: words.all, items: items() })}
    />
  )
}
