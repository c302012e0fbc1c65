// What is asked before a picture or a film is saved: as what, how large, how quick.
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import { useEditor } from '../context.ts'
import { download } from '../download.ts'
import { reasonOf } from '../drops/reason.ts'
import * as format from '../format.ts'
import * as state from '../state.ts'
import { texts } from '../texts.ts'
import type { Theme } from '../../nodes/views/canvas.ts'
import type { Source } from './sources.ts'
import { formatsOf, sizeOf, written, type Chosen, type Format, type Options } from './writing.ts'

interface SaveProps extends Chosen {
  source: Source
  theme: Theme
  close: () => void
}

/** Of what is saved, a side in pixels at least, unless it is chosen. */
const USUAL = 320

const kinds: { [F in Format]: { mime: string; end: string } } = {
  gif: { mime: 'image/gif', end: '.gif' },
  apng: { mime: 'image/png', end: '.png' },
  png: { mime: 'image/png', end: '.png' },
  sheet: { mime: 'image/png', end: '-frames.png' },
}

function usualOptions(chosen: Chosen): Options {
  const offered = formatsOf(chosen.view)
  const options: Options = { format: offered[0]!, scale: 1, perSecond: 12, hold: 1, forever: true, frames: 8 }
  const { width } = sizeOf(chosen, options)
  return { ...options, scale: width ? Math.min(32, Math.max(1, Math.ceil(USUAL / width))) : 1 }
}

export function SavePictures({ source, theme, close, ...chosen }: SaveProps) {
  const { runner } = useEditor()
  const workflow = source.workflow ? source.workflow() : runner.workflow()
  const [options, setOptions] = useState(() => usualOptions(chosen))
  const [share, setShare] = useState<number>()
  const [ending] = useState(() => new AbortController())
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    form.current!.querySelector<HTMLElement>('input')?.focus()
    return () => ending.abort()
  }, [])
  const { view, at, item } = chosen
  const size = useMemo(() => sizeOf({ view, at, item }, options), [view, at, item, options])
  const save = async () => {
    setShare(0)
    const work = { theme, workflow, signal: ending.signal, onProgress: setShare }
    try {
      const bytes = await written(chosen, options, work)
      const { mime, end } = kinds[options.format]
      download({ name: `${format.fileName(source.title)}${end}`, mime, bytes })
      close()
    } catch (error) {
      if (!ending.signal.aborted) state.say(texts.viewer.notSaved, { text: reasonOf(error), error: true })
      setShare(undefined)
    }
  }
  return (
    <form
      ref={form}
      class="saving"
      aria-label={texts.viewer.save}
      onSubmit={(event) => {
        event.preventDefault()
        if (share === undefined && !size.tooLarge) void save()
      }}
    >
      <Fields offered={formatsOf(chosen.view)} options={options} change={(some) => setOptions({ ...options, ...some })} />
      <p class={size.tooLarge ? 'wrong' : 'hint'} role="status">
        {texts.viewer.size(size.width, size.height, size.frames)}
        {size.tooLarge && ` ${texts.viewer.tooLarge}`}
      </p>
      {options.format !== 'gif' && workflow !== undefined && <p class="hint">{texts.viewer.holdsWorkflow}</p>}
      <div class="answers">
        {share !== undefined && <progress max={1} value={share} aria-label={texts.viewer.saving} />}
        <button type="button" class="button small" onClick={close}>
          {texts.dialogs.cancel}
        </button>
        <button type="submit" class="button primary small" disabled={share !== undefined || size.tooLarge}>
          {texts.panel.download}
        </button>
      </div>
    </form>
  )
}

interface FieldsProps {
  offered: readonly Format[]
  options: Options
  change: (some: Partial<Options>) => void
}

function Fields({ offered, options, change }: FieldsProps) {
  const { viewer } = texts
  const moves = options.format === 'gif' || options.format === 'apng'
  return (
    <>
      {offered.length > 1 && (
        <fieldset class="bare">
          <legend class="hidden">{viewer.as}</legend>
          <div class="kinds">
            {offered.map((each) => (
              <label key={each} title={viewer.formatMeaning[each]}>
                <input
                  type="radio"
                  name="viewer-format"
                  value={each}
                  checked={each === options.format}
                  onChange={() => change({ format: each })}
                />
                <span>{viewer.formats[each]}</span>
              </label>
            ))}
          </div>
        </fieldset>
      )}
      <Field label={viewer.scale} value={options.scale} min={1} max={64} set={(scale) => change({ scale })} />
      {options.format === 'sheet' && (
        <Field label={viewer.frames} value={options.frames} min={2} max={64} set={(frames) => change({ frames })} />
      )}
      {moves && (
        <>
          <Field
            label={viewer.framesPerSecond}
            value={options.perSecond}
            min={1}
            max={50}
            set={(perSecond) => change({ perSecond })}
          />
          <Field label={viewer.hold} value={options.hold} min={0} max={30} step={0.1} set={(hold) => change({ hold })} />
          <label class="param inline">
            <span class="label">{viewer.forever}</span>
            <input
              class="switch"
              type="checkbox"
              role="switch"
              checked={options.forever}
              onChange={(event) => change({ forever: event.currentTarget.checked })}
            />
          </label>
        </>
      )}
    </>
  )
}

interface FieldProps {
  label: string
  value: number
  min: number
  max: number
  step?: number
  set: (value: number) => void
}

function Field({ label, value, min, max, step = 1, set }: FieldProps) {
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
          if (currentTarget.validity.valid) set(currentTarget.valueAsNumber)
        }}
      />
    </div>
  )
}
