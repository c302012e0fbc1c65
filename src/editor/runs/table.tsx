// All runs as a table: sorted by any column, filtered, starred, chosen to be compared.
import { computed, signal } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { IconButton, MenuButton } from '../buttons.tsx'
import { useEditor } from '../context.ts'
import type { Editor } from '../editor.ts'
import * as format from '../format.ts'
import { icons } from '../icons.tsx'
import * as state from '../state.ts'
import { said, texts, translated } from '../texts.ts'
import { actionsFor, askNote, deleteRuns, lookAt } from './actions.ts'
import { Thumbnail } from './picture.tsx'
import type { Run } from './record.ts'
import { bounds, isOf } from './record.ts'
import { columns, filtered, firstWay, sorted, type Column, type Order } from './sorting.ts'
import { isGoing, showSweep } from './sweeping.ts'
import { changesInWords, lossInWords, runInWords, seedsInWords, sweepInWords } from './words.ts'

const scope = signal<'this' | 'all'>('this')
const text = signal('')
const starred = signal(false)
const order = signal<Order>({ column: 'when', down: true })
const chosen = signal<ReadonlySet<string>>(new Set())

const filter = computed(() => ({
  text: text.value,
  starred: starred.value,
  ...(scope.value === 'this' && { workflow: { id: state.id.value, name: state.name.value } }),
}))

/** What is set above the table: which runs it shows, and what is done with those that are chosen. */
export function RunsTools() {
  const editor = useEditor()
  const runs = editor.runs.all.value ?? []
  // Side by side the oldest is the first: others are compared with it.
  const ids = runs.filter(({ id }) => chosen.value.has(id)).map(({ id }) => id)
  const words = texts.runs
  return (
    <div class="runs-tools">
      <select
        class="field"
        aria-label={words.scope}
        value={scope.value}
        onChange={(event) => (scope.value = event.currentTarget.value as 'this' | 'all')}
      >
        <option value="this">{words.scopes.this}</option>
        <option value="all">{words.scopes.all}</option>
      </select>
      <input
        class="field"
        type="search"
        aria-label={words.filter}
        placeholder={words.filter}
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <IconButton
        class="icon small"
        label={words.starredOnly}
        icon={<icons.star />}
        pressed={starred.value}
        onClick={() => (starred.value = !starred.value)}
      />
      <SweepsButton editor={editor} />
      <span class="gap" />
      <button type="button" class="button outline small" disabled={ids.length < 2} onClick={() => lookAt(ids.toReversed())}>
        {words.compare(ids.length)}
      </button>
      <button type="button" class="button small danger" disabled={ids.length === 0} onClick={() => void deleteRuns(editor, ids)}>
        {texts.drawer.delete}
      </button>
    </div>
  )
}

/** Leads to the grids of sweeps. */
function SweepsButton({ editor }: { editor: Editor }) {
  const { workflow } = filter.value
  const used = new Set(editor.runs.all.value?.map(({ sweep }) => sweep?.id))
  const sweeps = editor.runs.sweeps.value.filter(
    (sweep) => (used.has(sweep.id) || isGoing(sweep)) && (!workflow || isOf(sweep, workflow.id, workflow.name)),
  )
  if (sweeps.length === 0) return null
  const { sweep: words } = texts.runs
  const items = () =>
    sweeps.map((sweep) => ({ label: sweepInWords(sweep), about: format.when(sweep.when), run: () => showSweep(sweep.id) }))
  return <MenuButton class="small" label={words.all} icon={words.all} menu={() => ({ title: words.all, items: items() })} />
}

export function RunsTable({ runs }: { runs: readonly Run[] }) {
  const editor = useEditor()
  const body = useRef<HTMLTableSectionElement>(null)
  const shown = sorted(filtered(runs, filter.value, runInWords), order.value, changesInWords)
  const [at, setAt] = useState<string>()
  // The row that the tab key comes to.
  const current = shown.find(({ id }) => id === at)?.id ?? shown[0]?.id
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
        <tbody ref={body} onKeyDown={(event) => onRowKey(event, editor, shown)}>
          {shown.map((run) => (
            <Row key={run.id} run={run} reached={run.id === current} onFocus={() => setAt(run.id)} />
          ))}
        </tbody>
      </table>
      <Foot editor={editor} count={shown.length} of={runs.length} />
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

function Foot({ editor, count, of }: { editor: Editor; count: number; of: number }) {
  const broken = editor.runs.broken.value
  return (
    <p class="runs-foot">
      {texts.runs.kept(format.count(count), format.count(of), format.count(bounds.runs))}
      {broken > 0 && (
        <>
          {' '}
          {texts.runs.broken(broken)}{' '}
          <button type="button" class="link" onClick={() => void editor.runs.removeBroken()}>
            {texts.runs.removeBroken}
          </button>
        </>
      )}
    </p>
  )
}

function ColumnHead({ column }: { column: Column }) {
  const { column: by, down } = order.value
  const here = by === column
  return (
    <th scope="col" data-column={column} {...(here && { 'aria-sort': down ? 'descending' : 'ascending' })}>
      <button type="button" class="sort" onClick={() => (order.value = { column, down: here ? !down : firstWay(column) })}>
        {texts.runs.columns[column]}
        <span class="way" aria-hidden="true">
          {here ? (down ? '↓' : '↑') : ''}
        </span>
      </button>
    </th>
  )
}

interface RowProps {
  run: Run
  /** Whether the tab key comes to it. */
  reached: boolean
  onFocus: () => void
}

function Row({ run, reached, onFocus }: RowProps) {
  const editor = useEditor()
  const words = texts.runs
  const when = format.when(run.when)
  const name = translated(run.name)
  const changes = changesInWords(run)
  const tab = reached ? 0 : -1
  return (
    <tr data-run={run.id} tabIndex={tab} aria-label={`${when} ${name}`} onFocusIn={onFocus} onDblClick={() => lookAt([run.id])}>
      <td>
        <input
          type="checkbox"
          tabIndex={tab}
          aria-label={words.choose(when)}
          checked={chosen.value.has(run.id)}
          onChange={() => toggleChosen(run.id)}
        />
      </td>
      <td>
        <Star run={run} tab={tab} />
      </td>
      <td class="when">
        <span class={`outcome ${run.outcome}`} title={run.fault ? said(run.fault) : words.outcomes[run.outcome]}>
          <span class="hidden">{words.outcomes[run.outcome]}</span>
        </span>
        {when}
      </td>
      <td class="name">{name}</td>
      <td class="changed" title={changes}>
        {changes || <span class="faint">{run.changed ? words.nothingChanged : words.first}</span>}
        {run.note && <span class="note">{run.note}</span>}
        {run.fault && <span class="wrong">{said(run.fault)}</span>}
      </td>
      <td class="number seed" title={run.seeds.map(({ title, param, value }) => `${title}.${param}: ${value}`).join('\n')}>
        {seedsInWords(run)}
      </td>
      <td class="number">{lossInWords(run)}</td>
      <td class="number">{format.time(run.seconds)}</td>
      <td class="sample">{run.thumbnail && <Thumbnail image={run.thumbnail} />}</td>
      <td>
        <MenuButton
          class="icon small"
          tabIndex={tab}
          label={texts.drawer.more(`${name} ${when}`)}
          icon={<icons.more />}
          menu={() => ({ items: actionsFor(editor, run) })}
        />
      </td>
    </tr>
  )
}

function Star({ run: { id, star }, tab }: { run: Run; tab: number }) {
  const editor = useEditor()
  return (
    <IconButton
      class={star ? 'icon small star on' : 'icon small star'}
      tabIndex={tab}
      label={texts.runs.star}
      icon={<icons.star />}
      pressed={star}
      onClick={() => void editor.runs.change(id, { star: !star })}
    />
  )
}

function toggleChosen(id: string) {
  const now = new Set(chosen.value)
  if (!now.delete(id)) now.add(id)
  chosen.value = now
}

/** Arrows go from row to row; what is done with a row has a key while the focus is on it. */
function onRowKey(event: KeyboardEvent, editor: Editor, shown: readonly Run[]) {
  const row = (event.target as HTMLElement).closest<HTMLElement>('tr')!
  const index = shown.findIndex(({ id }) => id === row.dataset.run)
  const run = shown[index]
  if (!run || event.ctrlKey || event.metaKey || event.altKey) return
  const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: shown.length - 1 }[event.key]
  if (next !== undefined) (row.parentElement!.children[next] as HTMLElement | undefined)?.focus()
  else if (event.target !== row) return
  else if (event.key === 'Enter') lookAt([run.id])
  else if (event.key === ' ') toggleChosen(run.id)
  else if (event.key === 's' || event.key === 'S') void editor.runs.change(run.id, { star: !run.star })
  else if (event.key === 'n' || event.key === 'N') askNote(editor, run)
  else if (event.key === 'Delete') void deleteRuns(editor, [run.id])
  else return
  event.preventDefault()
  event.stopPropagation()
}

/** Where a row was that had the focus and is gone, the next one has it. */
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
