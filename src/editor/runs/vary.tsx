// Asks for the values of a sweep. What is wrong with them is said while they are typed, or before anything runs.
import { useId, useState } from 'preact/hooks'
import { useEditor } from '../context.ts'
import { ownTypes } from '../declarations.ts'
import type { Editor } from '../editor.ts'
import type { Dialog } from '../state.ts'
import { setFrom } from '../subgraph/places.ts'
import { texts } from '../texts.ts'
import type { Axis } from './record.ts'
import type { Read, Values, Varied } from './sweep.ts'
import { cellsOf, firstValues, MOST_RUNS, readValues, variedIn, written } from './sweep.ts'
import { beginSweep, faultsOf } from './sweeping.ts'
import { AxisValues } from './values.tsx'
import './vary.css'

interface Entry {
  of: Varied
  values: Values
}

const keyOf = ({ node, param }: Varied) => `${node} ${param}`

interface VaryProps {
  dialog: Extract<Dialog, { kind: 'vary' }>
  close: () => void
}

export function Vary({ dialog, close }: VaryProps) {
  const editor = useEditor()
  const [all] = useState(() => variedIn(editor.stage.whole(), ownTypes, editor.stage.within()))
  const entryOf = (of: Varied): Entry => ({ of, values: firstValues(of) })
  const first = all.find(meantBy(editor, dialog))
  const [entries, setEntries] = useState(() => [first ?? all[0]].filter((of) => of !== undefined).map(entryOf))
  const [wrong, setWrong] = useState<readonly string[]>([])
  const [checking, setChecking] = useState(false)
  const set = (i: number, entry: Entry | undefined) => {
    setWrong([])
    setEntries(entries.flatMap((each, at) => (at === i ? (entry ?? []) : [each])))
  }
  const reads = entries.map(({ of, values }) => readValues(values, of.spec, texts.runs.sweep.reasons))
  const count = reads.reduce((product, read) => product * ('values' in read ? read.values.length : 0), 1)
  const free = (i: number) => all.filter((of) => entries.every((entry, at) => at === i || keyOf(entry.of) !== keyOf(of)))
  const tooMany = count > MOST_RUNS ? texts.runs.sweep.tooMany(count, MOST_RUNS) : undefined
  const submit = async () => {
    setChecking(true)
    const faults = await begin(editor, entries, reads).finally(() => setChecking(false))
    setWrong(faults)
    if (faults.length === 0) close()
  }
  if (entries.length === 0) return <NothingToVary close={close} />
  return (
    <form
      method="dialog"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <h2 id="dialog-title">{texts.runs.sweep.title}</h2>
      <p>{texts.runs.sweep.meaning}</p>
      {entries.map((entry, i) => (
        <AxisFields
          key={i}
          number={i}
          entry={entry}
          read={reads[i]!}
          choices={free(i)}
          set={(next) => set(i, next)}
          first={entryOf}
          removable={entries.length > 1}
        />
      ))}
      {entries.length === 1 && free(1).length > 0 && (
        <button type="button" class="link" onClick={() => setEntries([...entries, entryOf(free(1)[0]!)])}>
          {texts.runs.sweep.second}
        </button>
      )}
      <div class="reasons" role="alert">
        {[...(tooMany ? [tooMany] : []), ...wrong].map((reason) => (
          <p key={reason} class="wrong">
            {reason}
          </p>
        ))}
      </div>
      <div class="answers">
        <button type="button" class="button" onClick={close}>
          {texts.dialogs.cancel}
        </button>
        <button type="submit" class="button primary" disabled={checking || count === 0 || tooMany !== undefined}>
          {texts.runs.sweep.run(count)}
        </button>
      </div>
    </form>
  )
}

/** The param that was asked for, or where it is set from outside the one that sets it; without one the first of the node. */
function meantBy({ stage }: Editor, { node, param }: VaryProps['dialog']): (each: Varied) => boolean {
  if (node === undefined || param === undefined) return (each) => each.node === node
  const meant = setFrom(stage.whole(), node, param)
  return (each) => each.node === meant.id && each.param === meant.param
}

/** Returns what keeps it from running; nothing has run then. */
async function begin(editor: Editor, entries: readonly Entry[], reads: readonly Read[]): Promise<string[]> {
  const axes = entries.map(({ of: { node, title, param } }, i): Axis => {
    const read = reads[i]!
    return { node, title, param, values: 'values' in read ? read.values : [] }
  })
  const cells = cellsOf(editor.stage.whole(), axes, ownTypes)
  const faults = await faultsOf(editor, cells, axes)
  if (faults.length === 0) await beginSweep(editor, axes, cells)
  return faults.slice(0, 3)
}

function NothingToVary({ close }: { close: () => void }) {
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
  number: number
  entry: Entry
  read: Read
  choices: readonly Varied[]
  set: (entry: Entry | undefined) => void
  first: (of: Varied) => Entry
  removable: boolean
}

/** One param and its values. */
function AxisFields({ number, entry, read, choices, set, first, removable }: AxisFieldsProps) {
  const id = useId()
  const { of, values } = entry
  const { sweep } = texts.runs
  const nodes = [...new Map(choices.map(({ node, title }) => [node, title]))]
  return (
    <fieldset class="axis">
      <legend class="hidden">{sweep.axis(number + 1)}</legend>
      <div class="axis-param">
        <select
          class="field"
          aria-label={sweep.param(number + 1)}
          value={keyOf(of)}
          onChange={({ currentTarget: { value } }) => set(first(choices.find((each) => keyOf(each) === value)!))}
        >
          {nodes.map(([node, title]) => (
            <optgroup key={node} label={title}>
              {choices
                .filter((each) => each.node === node)
                .map((each) => (
                  <option key={each.param} value={keyOf(each)}>
                    {`${title}.${each.param}`}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
        {removable && (
          <button type="button" class="button small" onClick={() => set(undefined)}>
            {sweep.remove}
          </button>
        )}
      </div>
      <AxisValues id={id} of={of} values={values} set={(next) => set({ of, values: next })} />
      <p id={id} class={'wrong' in read ? 'wrong' : 'hint'} aria-live="polite">
        {'wrong' in read ? read.wrong : sweep.values(read.values.length, read.values.map(written).join(', '))}
      </p>
      {of.count > 1 && <p class="hint">{sweep.everywhere(of.count)}</p>}
    </fieldset>
  )
}
