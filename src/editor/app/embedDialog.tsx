// Dialog for embedding: options of a figure, its code and its address.
import { getErrorText } from '../../engine/messages/fault.ts'
import { useEffect, useId, useState } from 'preact/hooks'
import { nodeTitle } from '../../workflow/titles.ts'
import { findLoopPairs } from '../../workflow/loopPairs.ts'
import { hideableParts, type HideablePart } from '../drops/address.ts'
import {
  figureAddress,
  figureCode,
  type EmbeddedWorkflow,
  type EmbedOptions,
} from '../figure/figureAddress.ts'
import { ownTypes } from '../graph/declarations.ts'
import { figureTexts } from '../texts/figureTexts.ts'
import { texts, translateTitle, translateWorkflow } from '../texts/texts.ts'
import * as format from '../ui/format.ts'
import { showToast } from '../ui/state.ts'
import { presentFile, workflowName } from '../workspace/state.ts'
import { useEditor } from './services.ts'
import { packEmbedded } from './share.ts'
import './embedDialog.css'

/** Longer addresses are refused by some programs, in characters. */
const LONG = 2000

const themes = ['system', 'light', 'dark', 'contrast'] as const

/** Parts that each kind of figure has. */
const partsOf: Record<EmbedOptions['kind'], readonly HideablePart[]> = {
  figure: ['bar', 'panel', 'charts', 'notes', 'status'],
  graph: hideableParts.filter((part) => part !== 'notes'),
}

interface Packed {
  workflow: EmbeddedWorkflow
  excluded: readonly string[]
}

export function EmbedDialog({ close }: { close: () => void }) {
  const editor = useEditor()
  const words = figureTexts().embed
  const [packed, setPacked] = useState<Packed>()
  const [options, setOptions] = useState<EmbedOptions>({
    kind: 'figure',
    hide: new Set(),
    height: 560,
    theme: 'system',
    autoRun: false,
  })
  useEffect(() => {
    packEmbedded(editor).then(setPacked, (error: Error) => {
      close()
      showToast(words.title, { text: getErrorText(error), error: true })
    })
  }, [])
  const change = (next: Partial<EmbedOptions>) => setOptions({ ...options, ...next })
  const address = packed && figureAddress(location.href, packed.workflow, options)
  const title = translateWorkflow(workflowName.value)
  return (
    <>
      <h2 id="dialog-title">{words.title}</h2>
      <p>{words.about}</p>
      <Options options={options} change={change} />
      {packed && address && (
        <>
          <Copyable
            label={words.code}
            copy={words.copyCode}
            text={figureCode(address, title, options.height)}
            rows={5}
          />
          <Copyable label={words.address} copy={words.copyAddress} text={address} rows={2} />
          <Remarks address={address} excluded={packed.excluded} />
        </>
      )}
      <div class="answers">
        <button
          type="button"
          class="button outline"
          disabled={!address}
          onClick={() => window.open(address, '_blank', 'noopener')}
        >
          {words.preview}
        </button>
        <button type="button" class="button outline" onClick={close}>
          {texts.dialogs.close}
        </button>
      </div>
    </>
  )
}

interface OptionsProps {
  options: EmbedOptions
  change: (next: Partial<EmbedOptions>) => void
}

function Options({ options, change }: OptionsProps) {
  const words = figureTexts().embed
  const id = useId()
  const { kind, height, theme, autoRun } = options
  return (
    <div class="embed-options">
      <label for={`${id}-kind`}>{words.show}</label>
      <select
        id={`${id}-kind`}
        class="field"
        value={kind}
        onChange={({ currentTarget }) =>
          change({ kind: currentTarget.value === 'graph' ? 'graph' : 'figure', hide: new Set() })
        }
      >
        <option value="figure">{words.kinds.figure}</option>
        <option value="graph">{words.kinds.graph}</option>
      </select>
      <Zones options={options} change={change} />
      <EmbedParts options={options} change={change} />
      <label for={`${id}-height`}>{words.height}</label>
      <input
        id={`${id}-height`}
        class="field"
        type="number"
        min={120}
        max={4000}
        step={20}
        value={height}
        onChange={({ currentTarget }) => {
          const next = currentTarget.valueAsNumber
          change({ height: Number.isFinite(next) ? Math.min(4000, Math.max(120, next)) : height })
        }}
      />
      <label for={`${id}-theme`}>{words.theme}</label>
      <select
        id={`${id}-theme`}
        class="field"
        value={theme}
        onChange={({ currentTarget }) =>
          change({ theme: themes.find((each) => each === currentTarget.value) ?? 'system' })
        }
      >
        {themes.map((each) => (
          <option key={each} value={each}>
            {texts.top.themes[each]}
          </option>
        ))}
      </select>
      {kind === 'figure' && (
        <Check
          label={words.autoRun}
          checked={autoRun}
          set={(checked) => change({ autoRun: checked })}
        />
      )}
    </div>
  )
}

function Zones({ options, change }: OptionsProps) {
  const words = figureTexts().embed
  const id = useId()
  const starts = [...findLoopPairs(presentFile.value).keys()]
    .filter(({ type }) => ownTypes.get(type)?.role === 'start')
    .map((node) => nodeTitle(node, ownTypes))
  if (starts.length === 0) return null
  return (
    <>
      <label for={id}>{words.zone}</label>
      <select
        id={id}
        class="field"
        value={options.zone ?? ''}
        onChange={({ currentTarget }) => change({ zone: currentTarget.value || undefined })}
      >
        <option value="">{words.wholeWorkflow}</option>
        {[...new Set(starts)].map((title) => (
          <option key={title} value={title}>
            {translateTitle(title)}
          </option>
        ))}
      </select>
    </>
  )
}

function EmbedParts({ options: { kind, hide }, change }: OptionsProps) {
  const words = figureTexts().embed
  const toggle = (part: HideablePart, shown: boolean) => {
    const next = new Set(hide)
    if (shown) next.delete(part)
    else next.add(part)
    change({ hide: next })
  }
  return (
    <fieldset>
      <legend>{words.parts}</legend>
      {partsOf[kind].map((part) => (
        <Check
          key={part}
          label={words.part[part]}
          checked={!hide.has(part)}
          set={(shown) => toggle(part, shown)}
        />
      ))}
    </fieldset>
  )
}

interface CheckProps {
  label: string
  checked: boolean
  set: (checked: boolean) => void
}

function Check({ label, checked, set }: CheckProps) {
  return (
    <label class="embed-check">
      <input
        type="checkbox"
        checked={checked}
        onChange={({ currentTarget }) => set(currentTarget.checked)}
      />
      {label}
    </label>
  )
}

interface CopyableProps {
  label: string
  copy: string
  text: string
  rows: number
}

function Copyable({ label, copy, text, rows }: CopyableProps) {
  const id = useId()
  const words = figureTexts().embed
  // Beside the button: a toast would be behind the dialog.
  const [outcome, setOutcome] = useState('')
  useEffect(() => setOutcome(''), [text])
  const write = () =>
    navigator.clipboard.writeText(text).then(
      () => setOutcome(words.copied),
      () => setOutcome(words.notCopied),
    )
  return (
    <div class="embed-copy">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        class="field"
        rows={rows}
        readOnly
        spellcheck={false}
        value={text}
        onFocus={({ currentTarget }) => currentTarget.select()}
      />
      <button type="button" class="button outline small" onClick={() => void write()}>
        {copy}
      </button>
      <span role="status">{outcome}</span>
    </div>
  )
}

function Remarks({ address, excluded }: { address: string; excluded: readonly string[] }) {
  const words = figureTexts().embed
  return (
    <>
      {excluded.length > 0 && <p>{words.notIncluded(excluded.join(', '))}</p>}
      {address.length > LONG && <p>{words.long(format.bytes(address.length))}</p>}
    </>
  )
}
