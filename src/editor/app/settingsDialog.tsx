// Dialog of all settings.
import type { ComponentChildren } from 'preact'
import { useFirstFocus } from '../ui/modal.ts'
import {
  changeSettings,
  defaultSettings,
  saveIntervals,
  settings,
  type Settings,
} from '../storage/settings.ts'
import { keyTexts } from '../texts/keyTexts.ts'
import { languages, texts } from '../texts/texts.ts'
import { showDialog, showToast } from '../ui/state.ts'
import { setLanguage } from './appearance.ts'
import { useEditor } from './services.ts'
import './shortcuts.css'

/** Settings that the reset restores. Open tabs, the tour and keys are not among them. */
const restored = [
  'theme',
  'motion',
  'live',
  'room',
  'snap',
  'toolbox',
  'minimap',
  'measures',
  'saveEvery',
  'fastestArithmetic',
  'float16Products',
] as const satisfies readonly (keyof Settings)[]

export function SettingsDialog({ close }: { close: () => void }) {
  const { stage } = useEditor()
  const box = useFirstFocus<HTMLDivElement>('select')
  const words = keyTexts().settings
  const reset = async () => {
    const initial = restored.map((name) => [name, defaultSettings[name]] as const)
    changeSettings(Object.fromEntries(initial) as Partial<Settings>)
    await setLanguage(stage, 'system')
    showToast(keyTexts().settings.resetDone)
  }
  return (
    <div ref={box} class="settings-dialog">
      <h2 id="dialog-title">{words.title}</h2>
      <Appearance />
      <SettingsPart title={words.editing}>
        <SettingSwitch label={words.live} hint={words.liveHint} name="live" />
        <SettingSwitch label={words.room} hint={words.roomHint} name="room" />
        <SettingSwitch label={words.snap} hint={words.snapHint} name="snap" />
        <SettingSwitch label={words.toolbox} hint={words.toolboxHint} name="toolbox" />
        <SettingSwitch label={words.minimap} hint={words.minimapHint} name="minimap" />
      </SettingsPart>
      <Training />
      <SettingsPart title={words.more}>
        <div class="links">
          <button
            type="button"
            class="button outline"
            onClick={() => showDialog({ kind: 'shortcuts' })}
          >
            {words.keys}
          </button>
          <button
            type="button"
            class="button outline"
            onClick={() => showDialog({ kind: 'storage' })}
          >
            {words.storage}
          </button>
        </div>
      </SettingsPart>
      <div class="answers">
        <button type="button" class="button" onClick={() => void reset()}>
          {words.reset}
        </button>
        <button type="button" class="button outline" onClick={close}>
          {words.close}
        </button>
      </div>
    </div>
  )
}

function Appearance() {
  const { stage } = useEditor()
  const words = keyTexts().settings
  const { top } = texts
  const now = settings.value
  return (
    <SettingsPart title={words.appearance}>
      <Choice
        label={top.theme}
        value={now.theme}
        choices={top.themes}
        onChange={(theme) => changeSettings({ theme })}
      />
      <Choice
        label={top.language}
        value={now.language}
        choices={{ system: top.languages.system, ...languages }}
        onChange={(language) => void setLanguage(stage, language)}
      />
      <Choice
        label={words.motion}
        value={now.motion}
        choices={words.motions}
        onChange={(motion) => changeSettings({ motion })}
      />
    </SettingsPart>
  )
}

function Training() {
  const words = keyTexts().settings
  const { top } = texts
  return (
    <SettingsPart title={words.training}>
      <Choice
        label={top.saveEvery}
        value={String(settings.value.saveEvery)}
        choices={Object.fromEntries(
          saveIntervals.map((each) => [String(each), top.saveIntervals[each]]),
        )}
        onChange={(text) => {
          const saveEvery = saveIntervals.find((each) => String(each) === text)
          if (saveEvery !== undefined) changeSettings({ saveEvery })
        }}
      />
      <SettingSwitch label={words.measures} name="measures" />
      <SettingSwitch
        label={words.fastestArithmetic}
        hint={words.fastestArithmeticHint}
        name="fastestArithmetic"
      />
      <SettingSwitch
        label={words.float16Products}
        hint={words.float16ProductsHint}
        name="float16Products"
      />
    </SettingsPart>
  )
}

const SettingsPart = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <section role="group" aria-label={title}>
    <h3>{title}</h3>
    {children}
  </section>
)

interface ChoiceProps<T extends string> {
  label: string
  value: T
  /** Texts by value. */
  choices: Readonly<Record<T, string>>
  onChange: (value: T) => void
}

const Choice = <T extends string>({ label, value, choices, onChange }: ChoiceProps<T>) => (
  <label>
    <span>{label}</span>
    <select
      class="field"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value as T)}
    >
      {(Object.entries(choices) as [T, string][]).map(([each, text]) => (
        <option key={each} value={each}>
          {text}
        </option>
      ))}
    </select>
  </label>
)

interface SwitchProps {
  label: string
  hint?: string
  name:
    | 'live'
    | 'room'
    | 'snap'
    | 'toolbox'
    | 'minimap'
    | 'measures'
    | 'fastestArithmetic'
    | 'float16Products'
}

const SettingSwitch = ({ label, hint, name }: SwitchProps) => (
  <label>
    <span>
      {label}
      {hint && <small id={`hint-${name}`}>{hint}</small>}
    </span>
    <input
      type="checkbox"
      class="switch"
      role="switch"
      aria-label={label}
      {...(hint && { 'aria-describedby': `hint-${name}` })}
      checked={settings.value[name]}
      onChange={(event) =>
        changeSettings({ [name]: event.currentTarget.checked } as Partial<Settings>)
      }
    />
  </label>
)
