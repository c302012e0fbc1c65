// Table of all runs, sorted by any column.
import { useEffect, useRef, useState } from 'preact/hooks'
import { texts } from '../texts/texts.ts'
import * as format from '../ui/format.ts'
import { deleteRuns, editNote, selectRuns } from './actions.ts'
import { storageLimits, type Run } from './record.ts'
import type { RunHistory } from './runHistory.ts'
import { RunRow } from './runRow.tsx'
import { runChangesText, searchableText } from './runText.ts'
import { useRuns, type RunsServices } from './services.ts'
import { columns, filterRuns, isDescendingByDefault, sortRuns, type RunColumn } from './sorting.ts'
import { runFilter, sortOrder, toggleSelected } from './state.ts'

export function RunsTable({ runs }: { runs: readonly Run[] }) {
  const editor = useRuns()
  const body = useRef<HTMLTableSectionElement>(null)
  const shown = sortRuns(
    filterRuns(runs, runFilter.value, searchableText),
    sortOrder.value,
    runChangesText,
  )
  const [focused, setFocused] = useState<string>()
  // Only one row is in the tab order; arrow keys move between rows.
  const tabbable = shown.find(({ id }) => id === focused)?.id ?? shown[0]?.id
  useFocusAfterDelete(body, shown)
  if (shown.length === 0) return <NoRuns any={runs.length > 0} />
  return (
    <>
      <table class="runs-table">
        <caption class="hidden">{texts.runs.title}</caption>
        <thead>
          <tr>
            <td />
            <td />
            {columns.map((column) => (
              <ColumnHead key={column} column={column} />
            ))}
            <td />
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={(event) => handleRowKey(event, editor, shown)}>
          {shown.map((run) => (
            <RunRow
              key={run.id}
              run={run}
              tab={run.id === tabbable ? 0 : -1}
              onFocus={() => setFocused(run.id)}
            />
          ))}
        </tbody>
      </table>
      <TableFooter history={editor.runs} shown={shown.length} total={runs.length} />
    </>
  )
}

function NoRuns({ any }: { any: boolean }) {
  return (
    <div class="empty">
      <strong>{any ? texts.runs.noneHere : texts.runs.none}</strong>
      {any ? texts.runs.noneHereHint : texts.runs.noneHint}
    </div>
  )
}

interface TableFooterProps {
  history: RunHistory
  shown: number
  total: number
}

function TableFooter({ history, shown, total }: TableFooterProps) {
  const broken = history.broken.value
  return (
    <p class="runs-foot">
      {texts.runs.storedCount(
        format.count(shown),
        format.count(total),
        format.count(storageLimits.runs),
      )}
      {broken > 0 && (
        <>
          {' '}
          {texts.runs.unreadable(broken)}{' '}
          <button type="button" class="link" onClick={() => void history.removeBroken()}>
            {texts.runs.removeBroken}
          </button>
        </>
      )}
    </p>
  )
}

function ColumnHead({ column }: { column: RunColumn }) {
  const { column: sortColumn, down } = sortOrder.value
  const sorted = sortColumn === column
  return (
    <th
      scope="col"
      data-column={column}
      {...(sorted && { 'aria-sort': down ? 'descending' : 'ascending' })}
    >
      <button
        type="button"
        class="sort"
        onClick={() =>
          (sortOrder.value = { column, down: sorted ? !down : isDescendingByDefault(column) })
        }
      >
        {texts.runs.columns[column]}
        <span class="way" aria-hidden="true">
          {sorted ? (down ? '↓' : '↑') : ''}
        </span>
      </button>
    </th>
  )
}

/** Handles arrow keys between rows, and shortcuts on the focused row. */
function handleRowKey(event: KeyboardEvent, editor: RunsServices, shown: readonly Run[]) {
  const row = (event.target as HTMLElement).closest<HTMLElement>('tr')
  const index = shown.findIndex(({ id }) => id === row?.dataset.run)
  const run = shown[index]
  if (!row || !run || event.ctrlKey || event.metaKey || event.altKey) return
  const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: shown.length - 1 }[
    event.key
  ]
  if (next !== undefined) (row.parentElement?.children[next] as HTMLElement | undefined)?.focus()
  else if (event.target !== row || !runShortcut(event.key, editor, run)) return
  event.preventDefault()
  event.stopPropagation()
}

/** Returns false if the key is no shortcut. */
function runShortcut(key: string, editor: RunsServices, run: Run): boolean {
  if (key === 'Enter') selectRuns([run.id])
  else if (key === ' ') toggleSelected(run.id)
  else if (key === 's' || key === 'S') void editor.runs.change(run.id, { star: !run.star })
  else if (key === 'n' || key === 'N') editNote(editor, run)
  else if (key === 'Delete') void deleteRuns(editor, [run.id])
  else return false
  return true
}

/** Focuses the next row if the focused one was deleted. */
function useFocusAfterDelete(body: { current: HTMLElement | null }, shown: readonly Run[]) {
  const last = useRef(-1)
  useEffect(() => {
    const element = body.current
    if (!element) return undefined
    const follow = ({ target }: FocusEvent) => {
      const row = (target as HTMLElement).closest('tr')
      last.current = row ? [...element.children].indexOf(row) : -1
    }
    element.addEventListener('focusin', follow)
    return () => element.removeEventListener('focusin', follow)
  }, [shown.length === 0])
  useEffect(() => {
    if (last.current < 0 || document.activeElement !== document.body) return
    const rows = body.current?.children ?? []
    ;(rows[Math.min(last.current, rows.length - 1)] as HTMLElement | undefined)?.focus()
  }, [shown.length])
}
