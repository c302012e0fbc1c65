// Dialog for the values of a sweep. Shows problems while typing; checks all graphs before a run.
import { formatControlValue } from '../../workflow/controlSpec.ts'
import { useId, useState } from 'preact/hooks'
import { ownTypes } from '../graph/declarations.ts'
import { findOuterParam } from '../graph/nodePaths.ts'
import { splitSearch } from '../graph/textMatch.ts'
import { texts, translateTitle } from '../texts/texts.ts'
import type { Dialog } from '../ui/state.ts'
import type { Axis } from './record.ts'
import { presentFile } from '../workspace/state.ts'
import { useRuns, type RunsServices } from './services.ts'
import type { ParsedValues, SweepParam, SweepValues } from './sweep.ts'
import { initialValues, MAX_RUNS, parseValues, sweepCells, sweepParams } from './sweep.ts'
import './sweepDialog.css'
import { checkCells, startSweep } from './sweepRunner.ts'
import { ValueFields } from './valueFields.tsx'

interface AxisEntry {
  param: SweepParam
  values: SweepValues
}

const paramKey = ({ node, param }: SweepParam) => `${node} ${param}`

const newEntry = (param: SweepParam): AxisEntry => ({ param, values: initialValues(param) })

interface SweepDialogProps {
  dialog: Extract<Dialog, { kind: 'vary' }>
  close: () => void
}

export function SweepDialog({ dialog, close }: SweepDialogProps) {
  const form = useSweepForm(dialog, close)
  const { entries, parsed, setEntries } = form
  if (entries.length === 0) return <NothingToSweep close={close} />
  const count = parsed.reduce(
    (product, each) => product * ('values' in each ? each.values.length : 0),
    1,
  )
  const { sweep } = texts.runs
  const problems = [...(count > MAX_RUNS ? [sweep.tooMany(count, MAX_RUNS)] : []), ...form.faults]
  const [another] = form.freeParams(1)
  return (
    <form
      method="dialog"
      onSubmit={(event) => {
        event.preventDefault()
        void form.submit()
      }}
    >
      <h2 id="dialog-title">{sweep.title}</h2>
      <p>{sweep.hint}</p>
      {entries.map((entry, i) => (
        <AxisFields
          key={i}
          number={i + 1}
          entry={entry}
          parsed={parsed[i]}
          params={form.freeParams(i)}
          onEntry={(next) => form.setEntry(i, next)}
          onRemove={entries.length > 1 ? () => form.setEntry(i, undefined) : undefined}
        />
      ))}
      {entries.length === 1 && another && (
        <button
          type="button"
          class="link"
          onClick={() => setEntries([...entries, newEntry(another)])}
        >
          {sweep.second}
        </button>
      )}
      <Problems problems={problems} />
      <Answers count={count} checking={form.checking} close={close} />
    </form>
  )
}

const Problems = ({ problems }: { problems: readonly string[] }) => (
  <div class="reasons" role="alert">
    {problems.map((problem) => (
      <p key={problem} class="wrong">
        {problem}
      </p>
    ))}
  </div>
)

interface AnswersProps {
  /** Number of runs. */
  count: number
  checking: boolean
  close: () => void
}

const Answers = ({ count, checking, close }: AnswersProps) => (
  <div class="answers">
    <button type="button" class="button" onClick={close}>
      {texts.dialogs.cancel}
    </button>
    <button
      type="submit"
      class="button primary"
      disabled={checking || count === 0 || count > MAX_RUNS}
    >
      {texts.runs.sweep.run(count)}
    </button>
  </div>
)

/** State of the dialog: axes, their parsed values, and faults of the last check. */
function useSweepForm(dialog: SweepDialogProps['dialog'], close: () => void) {
  const editor = useRuns()
  const { stage } = editor
  const [params] = useState(() => sweepParams(presentFile.value, ownTypes, stage.within()))
  const [entries, setEntries] = useState(() =>
    [params.find(isRequested(dialog)) ?? params[0]]
      .filter((param) => param !== undefined)
      .map(newEntry),
  )
  const [faults, setFaults] = useState<readonly string[]>([])
  const [checking, setChecking] = useState(false)
  const parsed = entries.map(({ param, values }) =>
    parseValues(values, param.spec, texts.runs.sweep.reasons),
  )
  return {
    entries,
    setEntries,
    parsed,
    faults,
    checking,
    /** Replaces an axis, or removes it if undefined. */
    setEntry(i: number, entry: AxisEntry | undefined) {
      setFaults([])
      setEntries(entries.flatMap((each, at) => (at === i ? (entry ?? []) : [each])))
    },
    /** Params that no axis other than `i` uses. */
    freeParams: (i: number) =>
      params.filter((param) =>
        entries.every((entry, at) => at === i || paramKey(entry.param) !== paramKey(param)),
      ),
    async submit() {
      setChecking(true)
      const found = await checkAndStart(editor, entries, parsed).finally(() => setChecking(false))
      setFaults(found)
      if (found.length === 0) close()
    },
  }
}

/**
 * Returns a test for the param that the dialog was opened for. If it is set from outside of a
 * subgraph, that is the outer param; without a param, it is the first of the node.
 */
function isRequested({ node, param }: SweepDialogProps['dialog']): (each: SweepParam) => boolean {
  if (node === undefined || param === undefined) return (each) => each.node === node
  const source = findOuterParam(presentFile.value, node, param)
  return (each) => each.node === source.id && each.param === source.param
}

/** Starts the sweep if all cells are valid; otherwise returns the first faults. */
async function checkAndStart(
  editor: RunsServices,
  entries: readonly AxisEntry[],
  parsed: readonly ParsedValues[],
): Promise<string[]> {
  const axes = entries.map(({ param: { node, title, param } }, i): Axis => {
    const each = parsed[i]
    return { node, title, param, values: 'values' in each ? each.values : [] }
  })
  const cells = sweepCells(editor.workspace.capture().file, axes, ownTypes)
  const faults = await checkCells(editor, cells, axes)
  if (faults.length === 0) await startSweep(editor, axes, cells)
  return faults.slice(0, 3)
}

function NothingToSweep({ close }: { close: () => void }) {
  return (
    <>
      <h2 id="dialog-title">{texts.runs.sweep.title}</h2>
      <p>{texts.runs.sweep.nothing}</p>
      <div class="answers">
        <button type="button" class="button outline" onClick={close}>
          {texts.dialogs.close}
        </button>
      </div>
    </>
  )
}

interface AxisFieldsProps {
  /** Number of the axis, from 1. */
  number: number
  entry: AxisEntry
  parsed: ParsedValues
  /** Params to choose from. */
  params: readonly SweepParam[]
  onEntry: (entry: AxisEntry) => void
  onRemove: (() => void) | undefined
}

/** Fields for one param and its values. */
function AxisFields({ number, entry, parsed, params, onEntry, onRemove }: AxisFieldsProps) {
  const id = useId()
  const { param, values } = entry
  const { sweep } = texts.runs
  return (
    <fieldset class="axis">
      <legend class="hidden">{sweep.axis(number)}</legend>
      <div class="axis-param">
        <ParamSelect
          label={sweep.param(number)}
          param={param}
          params={params}
          onParam={(next) => onEntry(newEntry(next))}
        />
        {onRemove && (
          <button type="button" class="button small" onClick={onRemove}>
            {sweep.remove}
          </button>
        )}
      </div>
      <ValueFields
        hintId={id}
        param={param}
        values={values}
        onValues={(next) => onEntry({ param, values: next })}
      />
      <p id={id} class={'wrong' in parsed ? 'wrong' : 'hint'} aria-live="polite">
        {'wrong' in parsed
          ? parsed.wrong
          : sweep.values(parsed.values.length, parsed.values.map(formatControlValue).join(', '))}
      </p>
      {param.count > 1 && <p class="hint">{sweep.inSubgraph(param.count)}</p>}
    </fieldset>
  )
}

interface ParamSelectProps {
  label: string
  param: SweepParam
  params: readonly SweepParam[]
  onParam: (param: SweepParam) => void
}

function ParamSelect({ label, param, params, onParam }: ParamSelectProps) {
  const [query, setQuery] = useState('')
  const found = searchParams(params, query)
  // The chosen param stays in the list, also if it does not match.
  const listed = found.includes(param) ? found : [param, ...found]
  const nodes = [...new Map(listed.map(({ node, title }) => [node, title]))]
  const { sweep } = texts.runs
  return (
    <div class="axis-choice">
      {params.length > SEARCHED && (
        <input
          class="field"
          type="search"
          aria-label={sweep.searchHint(params.length)}
          placeholder={sweep.searchHint(params.length)}
          spellcheck={false}
          value={query}
          onInput={({ currentTarget: { value } }) => {
            setQuery(value)
            const [best] = searchParams(params, value)
            if (value.trim() && best && best !== param) onParam(best)
          }}
        />
      )}
      <select
        class="field"
        aria-label={label}
        value={paramKey(param)}
        onChange={({ currentTarget: { value } }) => {
          const chosen = params.find((each) => paramKey(each) === value)
          if (chosen) onParam(chosen)
        }}
      >
        {nodes.map(([node, title]) => (
          <optgroup key={node} label={translateTitle(title)}>
            {listed
              .filter((each) => each.node === node)
              .map((each) => (
                <option key={each.param} value={paramKey(each)}>
                  {`${translateTitle(title)}.${each.param}`}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      {query.trim() !== '' && (
        <p class="hint" role="status">
          {sweep.found(found.length)}
        </p>
      )}
    </div>
  )
}

/** Longer lists of params have a search field. */
const SEARCHED = 8

/** Returns the params that match all words: exact names first, then those that begin with one. */
function searchParams(params: readonly SweepParam[], query: string): SweepParam[] {
  const words = splitSearch(query)
  const rank = ({ param }: SweepParam) =>
    words.includes(param) ? 0 : words.some((word) => param.startsWith(word)) ? 1 : 2
  return params
    .filter(({ title, param }) => {
      const text = `${title}.${param} ${translateTitle(title)}.${param}`.toLowerCase()
      return words.every((word) => text.includes(word))
    })
    .sort((a, b) => rank(a) - rank(b))
}
