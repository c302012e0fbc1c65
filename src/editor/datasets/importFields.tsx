// Options of an import: name, size, colour, fit and classes.
import { useId, useState } from 'preact/hooks'
import { useFirstFocus } from '../ui/modal.ts'
import type { ImportOptions } from '../../engine/protocol.ts'
import type { ClassFolder } from '../drops/images.ts'
import { texts } from '../texts/texts.ts'
import { ClassBar } from './classBar.tsx'
import { RadioRow } from './radioRow.tsx'
import { Switch } from '../ui/switch.tsx'

const SIZES = [8, 16, 28, 32, 64] as const
const MAX_SIDE = 1024

interface ImportFieldsProps {
  name: string
  setName: (name: string) => void
  options: ImportOptions
  setOptions: (options: ImportOptions) => void
  /** Classes that follow from folders. */
  folders: readonly ClassFolder[]
  /** Number of images without a class. */
  loose: number
}

export function ImportFields(props: ImportFieldsProps) {
  const { name, setName, options, setOptions, folders, loose } = props
  const change = (changed: Partial<ImportOptions>) => setOptions({ ...options, ...changed })
  const words = texts.dataset
  return (
    <>
      <NameField name={name} setName={setName} />
      <SizeFields options={options} onChange={change} />
      <RadioRow
        label={words.colour}
        value={String(options.channels)}
        choices={words.colours}
        onValue={(value) => change({ channels: Number(value) as 1 | 3 })}
      />
      <RadioRow
        label={words.fit}
        value={options.fit}
        choices={words.fits}
        onValue={(fit) => change({ fit: fit as ImportOptions['fit'] })}
      />
      <p class="hint">{words.fitHints[options.fit]}</p>
      {options.fit !== 'stretch' && <PositionPicker options={options} onChange={change} />}
      <ClassFields
        folders={folders}
        loose={loose}
        enabled={options.labels}
        onEnabled={(labels) => change({ labels })}
      />
      <Switch
        label={words.captions}
        checked={options.captions ?? false}
        onChecked={(captions) => change({ captions })}
      />
      {options.captions && <p class="hint">{words.captionsHint}</p>}
    </>
  )
}

export function NameField({ name, setName }: Pick<ImportFieldsProps, 'name' | 'setName'>) {
  const id = useId()
  const field = useFirstFocus<HTMLInputElement>()
  return (
    <label class="param" for={id}>
      <span class="label">{texts.dataset.name}</span>
      <input
        ref={field}
        id={id}
        class="field"
        type="text"
        value={name}
        maxLength={80}
        required
        onInput={(event) => setName(event.currentTarget.value)}
      />
    </label>
  )
}

interface OptionsProps {
  options: ImportOptions
  onChange: (changed: Partial<ImportOptions>) => void
}

/** Preset square sizes, or a free width and height. */
function SizeFields({ options, onChange }: OptionsProps) {
  const isPreset = options.width === options.height && SIZES.includes(options.width as 8)
  const [free, setFree] = useState(!isPreset)
  const side = (name: 'width' | 'height') => (
    <input
      class="field"
      type="number"
      aria-label={texts.dataset[name]}
      min={1}
      max={MAX_SIDE}
      required
      value={options[name]}
      onInput={({ currentTarget }) => {
        if (currentTarget.validity.valid) onChange({ [name]: currentTarget.valueAsNumber })
      }}
    />
  )
  return (
    <>
      <RadioRow
        label={texts.dataset.size}
        value={free ? 'free' : String(options.width)}
        choices={{
          ...Object.fromEntries(SIZES.map((size) => [size, String(size)])),
          free: texts.dataset.freeSize,
        }}
        onValue={(value) => {
          setFree(value === 'free')
          if (value !== 'free') onChange({ width: Number(value), height: Number(value) })
        }}
      />
      {free && (
        <div class="sides">
          {side('width')} <span aria-hidden="true">×</span> {side('height')}
        </div>
      )}
    </>
  )
}

const POSITIONS = [0, 0.5, 1] as const

/** Nine positions of the crop, or of the image between its bars. */
function PositionPicker({ options, onChange }: OptionsProps) {
  const name = useId()
  const [currentX, currentY] = options.position ?? [0.5, 0.5]
  const words = texts.dataset
  return (
    <fieldset class="bare position">
      <legend class="label">{options.fit === 'crop' ? words.partToKeep : words.position}</legend>
      <div class="places">
        {POSITIONS.flatMap((y, row) =>
          POSITIONS.map((x, column) => (
            <label key={`${x} ${y}`} title={words.places[3 * row + column]}>
              <input
                type="radio"
                name={name}
                aria-label={words.places[3 * row + column]}
                checked={x === currentX && y === currentY}
                onChange={() => onChange({ position: [x, y] })}
              />
              <span />
            </label>
          )),
        )}
      </div>
    </fieldset>
  )
}

interface ClassFieldsProps extends Pick<ImportFieldsProps, 'folders' | 'loose'> {
  enabled: boolean
  onEnabled: (enabled: boolean) => void
}

/** Switch for classes from folders, with their counts. */
function ClassFields({ folders, loose, enabled, onEnabled }: ClassFieldsProps) {
  const max = Math.max(...folders.map(({ count }) => count))
  if (!folders.length) return <p class="hint">{texts.dataset.noFolders}</p>
  return (
    <>
      <Switch label={texts.dataset.labels} checked={enabled} onChecked={onEnabled} />
      {enabled && (
        <ul class="bars" tabIndex={0} aria-label={texts.dataset.classes}>
          {folders.map(({ name, count }) => (
            <li key={name}>
              <ClassBar name={name} count={count} max={max} />
            </li>
          ))}
        </ul>
      )}
      {enabled && loose > 0 && <p class="hint">{texts.dataset.outsideFolders(loose)}</p>}
    </>
  )
}
