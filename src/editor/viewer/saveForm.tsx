// Form for saving a picture or a film: format, size and speed.
import { SwitchInput } from '../ui/switch.tsx'
import { useEffect, useId, useMemo, useState } from 'preact/hooks'
import { useFirstFocus } from '../ui/modal.ts'
import type { Theme } from '../../painters/theme.ts'
import { useRunning } from '../running/services.ts'
import { texts } from '../texts/texts.ts'
import { download } from '../ui/download.ts'
import * as format from '../ui/format.ts'
import { formatError } from '../ui/reason.ts'
import { showToast } from '../ui/state.ts'
import {
  availableFormats,
  encodePictures,
  outputSize,
  type Format,
  type OutputSize,
  type PictureSelection,
  type SaveOptions,
} from './encode.ts'
import type { PictureSource } from './sources.ts'

interface SaveFormProps extends PictureSelection {
  source: PictureSource
  theme: Theme
  close: () => void
}

/** Minimum width of the output in pixels, by default. */
const DEFAULT_SIDE = 320

const fileTypes: { [F in Format]: { mime: string; end: string } } = {
  gif: { mime: 'image/gif', end: '.gif' },
  apng: { mime: 'image/png', end: '.png' },
  png: { mime: 'image/png', end: '.png' },
  sheet: { mime: 'image/png', end: '-frames.png' },
}

function defaultOptions(selection: PictureSelection): SaveOptions {
  const options: SaveOptions = {
    format: availableFormats(selection.view)[0],
    scale: 1,
    perSecond: 12,
    hold: 1,
    forever: true,
    frames: 8,
  }
  const { width } = outputSize(selection, options)
  const scale = width ? Math.min(32, Math.max(1, Math.ceil(DEFAULT_SIDE / width))) : 1
  return { ...options, scale }
}

export function SaveForm({ source, theme, close, ...selection }: SaveFormProps) {
  const { runner } = useRunning()
  const workflow = source.workflow ? source.workflow() : runner.workflowText()
  const [options, setOptions] = useState(() => defaultOptions(selection))
  const { progress, save } = useSaving(source.title, close)
  const form = useFirstFocus<HTMLFormElement>('input')
  const { view, at, item } = selection
  const size = useMemo(() => outputSize({ view, at, item }, options), [view, at, item, options])
  return (
    <form
      ref={form}
      class="saving"
      aria-label={texts.viewer.save}
      onSubmit={(event) => {
        event.preventDefault()
        if (progress === undefined && !size.tooLarge)
          void save(selection, options, { theme, workflow })
      }}
    >
      <OptionFields
        formats={availableFormats(selection.view)}
        options={options}
        onChange={(change) => setOptions({ ...options, ...change })}
      />
      <SizeText {...size} />
      {options.format !== 'gif' && workflow !== undefined && (
        <p class="hint">{texts.viewer.holdsWorkflow}</p>
      )}
      <div class="answers">
        {progress !== undefined && (
          <progress max={1} value={progress} aria-label={texts.viewer.saving} />
        )}
        <button type="button" class="button small" onClick={close}>
          {texts.dialogs.cancel}
        </button>
        <button
          type="submit"
          class="button primary small"
          disabled={progress !== undefined || size.tooLarge}
        >
          {texts.panel.download}
        </button>
      </div>
    </form>
  )
}

/** Encoding in progress. It is aborted when the form closes. */
function useSaving(title: string, close: () => void) {
  const [progress, setProgress] = useState<number>()
  const [controller] = useState(() => new AbortController())
  useEffect(() => () => controller.abort(), [])
  const save = async (
    selection: PictureSelection,
    options: SaveOptions,
    context: { theme: Theme; workflow: string | undefined },
  ) => {
    setProgress(0)
    try {
      const { signal } = controller
      const bytes = await encodePictures(selection, options, {
        ...context,
        signal,
        onProgress: setProgress,
      })
      const { mime, end } = fileTypes[options.format]
      download({ name: format.fileName(title, end), mime, bytes })
      close()
    } catch (error) {
      if (!controller.signal.aborted)
        showToast(texts.viewer.notSaved, { text: formatError(error), error: true })
      setProgress(undefined)
    }
  }
  return { progress, save }
}

const SizeText = ({ width, height, frames, tooLarge }: OutputSize) => (
  <p class={tooLarge ? 'wrong' : 'hint'} role="status">
    {texts.viewer.size(width, height, frames)}
    {tooLarge && ` ${texts.viewer.tooLarge}`}
  </p>
)

interface OptionFieldsProps {
  formats: readonly Format[]
  options: SaveOptions
  onChange: (change: Partial<SaveOptions>) => void
}

function OptionFields({ formats, options, onChange }: OptionFieldsProps) {
  const { viewer } = texts
  const { format, scale, frames } = options
  return (
    <>
      {formats.length > 1 && (
        <FormatPicker
          formats={formats}
          format={format}
          onFormat={(format) => onChange({ format })}
        />
      )}
      <OptionField
        label={viewer.scale}
        value={scale}
        min={1}
        max={64}
        onValue={(scale) => onChange({ scale })}
      />
      {format === 'sheet' && (
        <OptionField
          label={viewer.frames}
          value={frames}
          min={2}
          max={64}
          onValue={(frames) => onChange({ frames })}
        />
      )}
      {(format === 'gif' || format === 'apng') && (
        <AnimationFields options={options} onChange={onChange} />
      )}
    </>
  )
}

interface FormatPickerProps {
  formats: readonly Format[]
  format: Format
  onFormat: (format: Format) => void
}

function FormatPicker({ formats, format, onFormat }: FormatPickerProps) {
  const { viewer } = texts
  return (
    <fieldset class="bare">
      <legend class="hidden">{viewer.format}</legend>
      <div class="kinds">
        {formats.map((each) => (
          <label key={each} title={viewer.formatHints[each]}>
            <input
              type="radio"
              name="viewer-format"
              value={each}
              checked={each === format}
              onChange={() => onFormat(each)}
            />
            <span>{viewer.formats[each]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function AnimationFields({ options, onChange }: Omit<OptionFieldsProps, 'formats'>) {
  const { viewer } = texts
  return (
    <>
      <OptionField
        label={viewer.framesPerSecond}
        value={options.perSecond}
        min={1}
        max={50}
        onValue={(perSecond) => onChange({ perSecond })}
      />
      <OptionField
        label={viewer.holdLast}
        value={options.hold}
        min={0}
        max={30}
        step={0.1}
        onValue={(hold) => onChange({ hold })}
      />
      <label class="param inline">
        <span class="label">{viewer.loop}</span>
        <SwitchInput checked={options.forever} onChecked={(forever) => onChange({ forever })} />
      </label>
    </>
  )
}

interface OptionFieldProps {
  label: string
  value: number
  min: number
  max: number
  step?: number
  onValue: (value: number) => void
}

function OptionField({ label, value, min, max, step = 1, onValue }: OptionFieldProps) {
  const id = useId()
  return (
    <div class="param inline">
      <label class="label" for={id}>
        {label}
      </label>
      <input
        id={id}
        class="field"
        type="number"
        required
        value={value}
        min={min}
        max={max}
        step={step}
        onInput={({ currentTarget }) => {
          if (currentTarget.validity.valid) onValue(currentTarget.valueAsNumber)
        }}
      />
    </div>
  )
}
